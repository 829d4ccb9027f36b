import type { DomainEvent } from '../domain-event.ts';
import type { AggregateClass } from './aggregate-class.ts';
import { type AggregateCore, recordingOf } from './aggregate-core.ts';
import { markFor, replay, replaying } from './replay.ts';
import { runUndoably } from './undo.ts';

/** Applies one event: to nothing, if it is the first, or in place. A body that throws leaves the aggregate unchanged. */
export function mutate<A extends AggregateCore>(
  type: AggregateClass<A>,
  aggregate: A | undefined,
  event: DomainEvent,
): A {
  if (aggregate === undefined) return replay(type, [event]);
  const recording = recordingOf(aggregate);
  const mark = markFor(aggregate, event, recording);
  replaying(event, () => runUndoably(aggregate, mark, event, recording));
  return aggregate;
}
