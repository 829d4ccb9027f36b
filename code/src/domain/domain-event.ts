/** A value whose every part is read-only, as far as the payload of an event reaches. */
export type DeepReadonly<T> = T extends Date | Uint8Array | ((...args: never) => unknown)
  ? T
  : T extends ReadonlyMap<infer K, infer V>
    ? ReadonlyMap<DeepReadonly<K>, DeepReadonly<V>>
    : T extends ReadonlySet<infer V>
      ? ReadonlySet<DeepReadonly<V>>
      : T extends object
        ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
        : T;

/** What an event says, by parameter name. */
export interface Payload {
  readonly [name: string]: unknown;
}

/**
 * A decision that an aggregate made: a plain, frozen object.
 *
 * @example
 * ```ts
 * import { Aggregate, type DomainEvent, event } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * const [registered]: DomainEvent[] = new Dog('Fido').collectEvents();
 * console.log(registered?.type, registered?.payload); // Dog.Registered { name: 'Fido' }
 * ```
 */
export interface DomainEvent<P = Payload> {
  /** The aggregate's topic and the event's name, for example `Dog.TrickAdded`. */
  readonly type: string;
  /** The aggregate that made the decision. */
  readonly aggregateId: string;
  /** The aggregate's version after this event. The first event has version 1, unless the class says otherwise. */
  readonly version: number;
  /** When it was recorded: UTC, in ISO 8601, for example `2026-11-21T09:30:00.000Z`. */
  readonly timestamp: string;
  /** The arguments of the call, by parameter name. */
  readonly payload: DeepReadonly<P>;
  /** What `recordAs` added, for example who asked for it. Absent otherwise. */
  readonly metadata?: Payload;
}
