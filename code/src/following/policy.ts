import type { DomainEvent, Payload } from '../domain/domain-event.ts';
import { DefinitionError } from '../domain/errors.ts';
import { specOf } from '../domain/styles/event.ts';
import type { EventMatcher } from '../domain/styles/event-types.ts';
import type { Processing } from './processing.ts';

/** An event of a log that is followed, with its place there. */
export type FollowedEvent<P = Payload> = DomainEvent<P> & {
  /** Its id in the log: a whole number from 1. */
  readonly id: number;
};

/** What is done with one event: `context` is what the follower offers for it. */
export type Handler<C, P = Payload> = (event: FollowedEvent<P>, context: C) => unknown;

/** A handler and the event that it's for; made by `on`. */
export class On<C> {
  readonly #recordedAs: ReadonlySet<string>;
  readonly #handler: Handler<C>;
  /** What was asked for, as in `on(Credited, …)`. */
  readonly name: string;

  /** @internal */
  constructor(event: unknown, handler: Handler<C>) {
    if (typeof handler !== 'function') {
      throw new DefinitionError('ES_POLICY', `on(…) needs a function that handles the event, not ${typeof handler}.`);
    }
    if (typeof event === 'string') {
      this.name = event;
      this.#recordedAs = new Set([event]);
    } else {
      const spec = specOf(event);
      this.name = spec.type;
      this.#recordedAs = spec.recordedAs;
    }
    this.#handler = handler;
  }

  /** The handler, if it's for events of this full type. */
  handlerOf(type: string): Handler<C> | undefined {
    return this.#recordedAs.has(type) ? this.#handler : undefined;
  }
}

/**
 * Says what to do with an event. The payload has the type that the event was given, so a field that doesn't exist is a
 * compile error.
 *
 * @param event the event as it was held when its aggregate was defined, or the full type of an event that nobody holds, for
 * example `'Dog.Registered'`.
 * @throws {DefinitionError} if this is neither (`ES_EVENT_NAME`).
 * @example
 * ```ts
 * import { event, on, policy } from 'eventsourcing';
 *
 * const Credited = event.of<{ amount: number }>()('Credited', 'amount');
 *
 * const bookkeeping = policy(
 *   on(Credited, (credited) => console.log(`notification ${credited.id}: ${credited.payload.amount}`)),
 *   on('Account.Closed', (closed) => console.log(`${closed.aggregateId} is closed`)),
 * );
 * console.log(bookkeeping.names); // [ 'Credited', 'Account.Closed' ]
 * ```
 */
export function on<C, P = Payload>(event: EventMatcher<P> | string, handler: Handler<C, P>): On<C> {
  // The token carries the type of the payload for the compiler only. At run time a follower gives the handler no other event.
  return new On<C>(event, handler as Handler<C>);
}

/**
 * What a follower does, by event, given what it offers as the context. The types of the events that it pulls from a log are worked out from the handlers, so the
 * two can't disagree.
 */
export class Handlers<C> {
  readonly #handlers: readonly On<C>[];

  /** @internal */
  constructor(handlers: readonly On<C>[]) {
    handlers.forEach((handler, index) => {
      if (handler instanceof On) return;
      throw new DefinitionError('ES_POLICY', `Item ${index} of a policy was not made by on(…).`);
    });
    this.#handlers = handlers;
  }

  /** The events, as they were given to `on`. */
  get names(): readonly string[] {
    return this.#handlers.map(({ name }) => name);
  }

  /**
   * The handlers for those of these types that have one.
   *
   * @param types the full types of the events in a log.
   * @throws {DefinitionError} if two handlers are for the same event.
   */
  handlersOf(types: readonly string[]): ReadonlyMap<string, Handler<C>> {
    const found = new Map<string, Handler<C>>();
    for (const on of this.#handlers) {
      for (const type of types) {
        const handler = on.handlerOf(type);
        if (handler === undefined) continue;
        if (found.has(type)) {
          throw new DefinitionError(
            'ES_POLICY',
            `Two handlers of one policy are for ${type}. Write what both of them do as one, so that it's plain what comes first.`,
          );
        }
        found.set(type, handler);
      }
    }
    return found;
  }
}

/** What a process application does, by event. */
export type Policy = Handlers<Processing>;

/**
 * Puts the handlers of a process application together; see `on`.
 *
 * @throws {DefinitionError} if one of them wasn't made by `on` (`ES_POLICY`).
 */
export function policy(...handlers: readonly On<Processing>[]): Policy {
  return new Handlers(handlers);
}
