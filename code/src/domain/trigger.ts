import { activity } from './activity.ts';
import { AggregateCore, advance, lifeOf } from './aggregate-core.ts';
import { refuseIfBroken } from './broken.ts';
import { refuseNested } from './construct.ts';
import { CommandError } from './errors.ts';
import type { Mark } from './marks.ts';
import { newEvent } from './new-event.ts';
import { runUndoably } from './undo.ts';

/** The method that takes the place of a recorded one: it makes the event, and lets the event run the body. */
export function recordingMethod(mark: Mark): (this: unknown, ...args: unknown[]) => unknown {
  return function (this: unknown, ...args) {
    if (!(this instanceof AggregateCore)) {
      throw new CommandError(
        'ES_NOT_RECORDED',
        `${String(mark.key)} was called without its aggregate. Call it as a method: dog.${String(mark.key)}(…).`,
      );
    }
    if (isSuperCall(this, mark)) return Reflect.apply(mark.body, this, args);
    refuseNested(`calls ${String(mark.key)}`);
    return trigger(this, mark, args);
  };
}

function trigger(aggregate: AggregateCore, mark: Mark, args: readonly unknown[]): unknown {
  const life = lifeOf(aggregate);
  refuseIfBroken(aggregate, life);
  if (life.isDiscarded) {
    throw new CommandError(
      'ES_DISCARDED',
      `${life.definition.topic} ${aggregate.id} has been discarded, so nothing can happen to it any more: ` +
        `${String(mark.key)} was refused.`,
      { aggregateId: aggregate.id },
    );
  }
  const event = newEvent(life.definition, mark.spec, args, aggregate.id, aggregate.version + 1);
  const result = runUndoably(aggregate, mark, event, life);
  advance(aggregate, life, event);
  life.pending.push(event);
  return result;
}

/** Whether the body of an override hands over to the method that it overrides. That is still one decision. */
function isSuperCall(aggregate: AggregateCore, mark: Mark): boolean {
  const current = activity.current;
  return (
    current?.kind === 'body' && current.object === aggregate && current.mark !== mark && current.mark.key === mark.key
  );
}
