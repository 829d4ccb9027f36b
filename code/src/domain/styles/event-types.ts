import type { Upcast } from '../definition/upcast.ts';
import type { DeepReadonly, DomainEvent, Payload } from '../domain-event.ts';
import type { AggregateCore } from '../recording/aggregate-core.ts';

/** The payload type of an event whose fields are known by name only. */
export type Untyped<Names extends readonly string[]> = { [N in Names[number]]: unknown };

/** What the compiler shows when `event` does not fit the class or method under it. */
export interface DoesNotFit<Reason extends string> {
  readonly 'this event does not fit': Reason;
}

export type AnyClass = abstract new (...args: never) => unknown;
export type AnyMethod = (...args: never) => unknown;

/** `Target` if the event fits it, and otherwise a type whose name says why not. */
export type Fits<Target, Type extends string, Names extends readonly string[], P> = Target extends abstract new (
  ...args: infer Params
) => infer Instance
  ? Instance extends AggregateCore
    ? string extends Type
      ? FitsParameters<Target, Params, Names, P>
      : Type extends `${string}.${string}`
        ? FitsParameters<Target, Params, Names, P>
        : DoesNotFit<`the event of a class is written in full: 'Dog.${Type}'`>
    : DoesNotFit<'the class must extend Aggregate'>
  : Target extends (...args: infer Params) => infer Result
    ? Result extends PromiseLike<unknown> | Generator | AsyncGenerator
      ? DoesNotFit<'a recorded method can be neither async nor a generator'>
      : string extends Type
        ? FitsParameters<Target, Params, Names, P>
        : Type extends `${string}.${string}`
          ? DoesNotFit<'the event of a method has no dot: its prefix is that of the class'>
          : FitsParameters<Target, Params, Names, P>
    : P;

/** What comes of it: the class or method that an event stands above, or what it says of its payload. */
type Made<Target, Type extends string, P> = Target extends AnyClass | AnyMethod ? Target : EventDraft<Type, P>;

type FitsParameters<
  Target,
  Params extends readonly unknown[],
  Names extends readonly string[],
  P,
> = number extends Params['length']
  ? DoesNotFit<'a rest parameter cannot be recorded: use an array'>
  : number extends Names['length']
    ? Target
    : Required<Params>['length'] extends Names['length']
      ? FitsPayload<Target, Required<Params>, Names, P>
      : DoesNotFit<`it takes ${Counted<Required<Params>['length']>}, and event() names ${Names['length']}`>;

type Counted<N extends number> = N extends 1 ? '1 parameter' : `${N} parameters`;

type FitsPayload<Target, Params extends readonly unknown[], Names extends readonly string[], P> =
  Misfits<Params, Names, P> extends infer Wrong extends string
    ? [Wrong] extends [never]
      ? Target
      : DoesNotFit<`the parameter ${Wrong} has another type than the event says`>
    : never;

/** The names of the parameters whose types differ from those of the payload. A payload of `unknown` says nothing. */
type Misfits<Params extends readonly unknown[], Names extends readonly string[], P> = {
  [I in keyof Names & keyof Params & `${number}`]: Names[I] extends keyof P
    ? unknown extends P[Names[I]]
      ? never
      : Same<Exclude<P[Names[I]], undefined>, Exclude<Params[I], undefined>> extends true
        ? never
        : Names[I]
    : Names[I];
}[keyof Names & keyof Params & `${number}`];

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The context that a decorator gets for `Target`. Static and `#private` methods are refused. */
export type ContextFor<Target> = Target extends AnyClass
  ? ClassDecoratorContext
  : Target extends AnyMethod
    ? ClassMethodDecoratorContext & {
        readonly static: false | DoesNotFit<'a static method has no aggregate to record for'>;
        readonly private: false | DoesNotFit<'a #private method cannot be replayed: TypeScript’s private can'>;
      }
    : undefined;

/**
 * An event: a decorator for the class or method that records it, and what policies and projections recognise it by.
 */
export interface EventToken<Type extends string, Names extends readonly string[], P> {
  /**
   * Called with a payload, it says that this happened, without recording it: what the functions of a `decider` return,
   * and what tests expect.
   *
   * Both uses share one signature: of two, the compiler would go through both when it says why an event does not fit.
   *
   * @throws {CommandError} if the payload has a field that the event does not name (`ES_ARGUMENTS`).
   */
  <Target>(target: Fits<Target, Type, Names, P>, context?: ContextFor<Target>): Made<Target, Type, P>;
  /** An event whose payload may be empty can be called without one. A decorator never is. */
  (this: Record<never, never> extends P ? unknown : DoesNotFit<'it takes a payload'>): EventDraft<Type, P>;
  /** As given to `event`. */
  readonly type: Type;
  /** The names of the parameters, which are those of the payload, in their order. */
  readonly parameters: Names;
  /** The version in which the event is stored: 1, and one more for each upcast. */
  readonly version: number;
  /**
   * The same event in a later version. Each step takes the payload of one version and returns that of the next, the
   * first one from version 1 to 2. Stored events of older versions go through the steps when they are read.
   *
   * @throws {DefinitionError} if a step is missing (`ES_UPCASTS`).
   * @example
   * ```ts
   * import { Aggregate, event } from 'eventsourcing';
   *
   * const TrickAdded = event('TrickAdded', 'trick', 'level').upcasts([
   *   (v1: { name: string }) => ({ trick: v1.name }), // v2 calls it trick
   *   (v2: { trick: string }) => ({ ...v2, level: 1 }), // v3 has levels
   * ]);
   *
   * @event('Dog.Registered')
   * class Dog extends Aggregate {
   *   readonly tricks: string[] = [];
   *
   *   @TrickAdded
   *   addTrick(trick: string, level: number) { this.tricks.push(`${trick} (${level})`); }
   * }
   *
   * console.log(TrickAdded.version, new Dog().tricks); // 3 []
   * ```
   */
  upcasts(steps: readonly Upcast[]): EventToken<Type, Names, P>;
  /** Only for the compiler: the type of the payload. */
  readonly [payloadType]?: P;
  /** Whether a recorded event is this one; if so, the type of its payload is known. */
  matches(event: DomainEvent<unknown>): event is DomainEvent<P>;
}

declare const payloadType: unique symbol;

/** What recognises an event and knows the type of its payload. */
export type EventMatcher<P> = Pick<
  EventToken<string, readonly string[], P>,
  'type' | 'parameters' | 'matches' | typeof payloadType
>;

/** An event that is not recorded yet: made by calling the event, `TrickAdded({ trick: 'sit' })`. Plain and frozen. */
export interface EventDraft<Type extends string = string, P = Payload> {
  /** As the event was named: `Dog.Registered` for the first one of an aggregate, `TrickAdded` for those after it. */
  readonly type: Type;
  readonly payload: DeepReadonly<P>;
}

/** What the compiler knows of an event. */
export type AnyToken<Type extends string, Names extends readonly string[], P> = Pick<
  EventToken<Type, Names, P>,
  'type' | 'parameters' | typeof payloadType
>;

/** What the names of a typed event must be besides: all of them. */
export type AllNamed<P, Names extends readonly string[]> = [Exclude<keyof P, Names[number]>] extends [never]
  ? unknown
  : DoesNotFit<`event() must also name ${Exclude<keyof P, Names[number]> & string}`>;
