import { type AggregateCore, advance, lifeOf } from './aggregate-core.ts';
import type { DomainEvent } from './domain-event.ts';
import { type AggregateClass, markFor, replay, replaying } from './replay.ts';
import { runUndoably } from './undo.ts';

/** Applies one event: to nothing, if it is the first, or in place. A body that throws leaves the aggregate unchanged. */
export function mutate<A extends AggregateCore>(
  type: AggregateClass<A>,
  aggregate: A | undefined,
  event: DomainEvent,
): A {
  if (aggregate === undefined) return replay(type, [event]);
  const life = lifeOf(aggregate);
  const mark = markFor(aggregate, event, life);
  replaying(event, () => runUndoably(aggregate, mark, event, life));
  advance(aggregate, life, event);
  return aggregate;
}
