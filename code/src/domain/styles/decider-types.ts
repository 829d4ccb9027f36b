import type { Aggregate } from '../aggregate.ts';
import type { Upcast } from '../definition/upcast.ts';
import type { Transcoding } from '../values/transcoding.ts';
import type { AnyToken, EventDraft } from './event-types.ts';

/** An event of a decider: what `event(…)` makes, with or without the type of its payload. */
export type DeciderEvent = Pick<AnyToken<string, readonly string[], unknown>, 'type' | 'parameters'>;

type TypeOf<E> = E extends { readonly type: infer Type extends string } ? Type : never;
type AfterDot<Type extends string> = Type extends `${string}.${infer Rest}` ? AfterDot<Rest> : Type;
type Named<E, Name extends string> = E extends { readonly type: infer Type extends string }
  ? AfterDot<Type> extends Name
    ? E
    : never
  : never;
type First<E> = E extends { readonly type: `${string}.${string}` } ? E : never;
type DraftOf<E> = E extends AnyToken<infer Type, readonly string[], infer P> ? EventDraft<Type, P> : never;
type Frozen<E> = DraftOf<E> extends { readonly payload: infer P } ? P : never;

/** The events that a function decided on: one, or any number of them in an array. */
export type Decision<E extends DeciderEvent> = DraftOf<Exclude<E, First<E>>> | readonly DraftOf<Exclude<E, First<E>>>[];

/** The events that begin an aggregate: its first one, or an array that starts with it. */
export type Beginning<E extends DeciderEvent> =
  | DraftOf<First<E>>
  | readonly [DraftOf<First<E>>, ...DraftOf<Exclude<E, First<E>>>[]];

/** For each event, by its name: the state that it makes of the one before it. */
export type Evolve<S, E extends DeciderEvent> = {
  readonly [Name in AfterDot<TypeOf<E>>]: [First<Named<E, Name>>] extends [never]
    ? (state: S, payload: Frozen<Named<E, Name>>) => S | null
    : (state: undefined, payload: Frozen<Named<E, Name>>) => S;
};

/** For each command, by its name: what it decides, given the state and its arguments. */
export type Decide<S, E extends DeciderEvent> = Readonly<Record<string, (state: S, ...args: never[]) => Decision<E>>>;

/** What `decider` asks for. */
export interface DeciderOptions<
  S extends object,
  E extends DeciderEvent,
  Args extends readonly unknown[],
  D,
  Data extends object,
> {
  /** All its events. One is written in full (`'Dog.Registered'`): the first one of each aggregate. */
  readonly events: readonly E[];
  /**
   * For each event, by its name, a pure function from the state and the payload to the next state. It never refuses,
   * since what it is told has happened. It changes nothing: states are frozen. `null` says that the aggregate has
   * ended, and is discarded.
   */
  readonly evolve: Evolve<S, E>;
  /** Decides how an aggregate begins: the arguments are those of `new`. */
  readonly create: (...args: Args) => Beginning<E>;
  /**
   * The commands, by name: pure functions from the state and the arguments to the events. Each becomes a method of the
   * aggregate. One that refuses throws; one that returns `[]` records nothing.
   */
  readonly decide: D & Decide<S, E>;
  /** Makes the id of a new aggregate from the arguments of `new`; a random one unless stated. */
  readonly createId?: NoInfer<(...args: Args) => string>;
  /** The version of the first event, 1 unless stated. */
  readonly initialVersion?: number;
  /** The classes whose instances its events and its state may hold. */
  readonly transcodings?: readonly Transcoding[];
  /** The steps from the state in snapshots of one version to the next. */
  readonly upcasts?: readonly Upcast[];
  /** How the state is put into snapshots and taken out, where it is more than data that an event could hold too. */
  readonly snapshot?: { readonly to: (state: S) => Data; readonly from: (data: Data) => S };
}

/** An aggregate of a decider. Its commands replace its state by the next one; no state is ever changed. */
export type DeciderAggregate<S, D> = Aggregate & { readonly state: S } & Commands<D>;

type Commands<D> = {
  readonly [Name in keyof D]: D[Name] extends (...args: infer Args) => unknown
    ? (...args: AfterFirst<Args>) => void
    : never;
};

type AfterFirst<Args extends readonly unknown[]> = Args extends readonly [unknown, ...infer Rest] ? Rest : [];

/** A class of aggregates, as `decider` makes it. */
export interface DeciderClass<S, E extends DeciderEvent, Args extends readonly unknown[], D>
  extends Pick<typeof Aggregate, 'replay' | 'mutate'> {
  new (...args: Args): DeciderAggregate<S, D>;
  /** The pure functions, as they were given: for tests, or to build on them. */
  readonly decide: D;
  /** The pure functions, as they were given. */
  readonly evolve: Evolve<S, E>;
}
