import type { Mark } from '../definition/marks.ts';
import { CommandError, DefinitionError } from '../errors.ts';
import { activity } from './activity.ts';
import { AggregateCore, type Recording, recordingOf } from './aggregate-core.ts';
import { refuseIfBroken } from './broken.ts';
import { refuseNested } from './construct.ts';
import { newEvent } from './new-event.ts';
import { runUndoably, undoTo } from './undo.ts';

/** The method that takes the place of a recorded one: it makes the event, and lets the event run the body. */
export function recordingMethod(mark: Mark): (this: unknown, ...args: unknown[]) => unknown {
  return function (this: unknown, ...args) {
    if (!(this instanceof AggregateCore)) throw detached(mark.key);
    if (isSuperCall(this, mark)) return Reflect.apply(mark.body, this, args);
    refuseNested(`calls ${String(mark.key)}`);
    const recording = recordingOf(this);
    refuseIfBroken(this, recording);
    return trigger(this, recording, mark, args, mark.key);
  };
}

/** What a command has decided: the method of the event to record, and its arguments. */
export interface Decision {
  readonly mark: Mark;
  readonly args: readonly unknown[];
}

/** Records all that a command has decided, or nothing of it. */
export function recordAll(aggregate: AggregateCore, decisions: readonly Decision[], by: string): void {
  const recording = recordingOf(aggregate);
  refuseIfBroken(aggregate, recording);
  const recorded = recording.history.length;
  try {
    for (const { mark, args } of decisions) trigger(aggregate, recording, mark, args, by);
  } catch (error) {
    if (recording.history.length > recorded) undoTo(recorded, aggregate, recording);
    throw error;
  }
}

/** @throws {CommandError} because a command does not know which aggregate it is for. */
export function detached(key: string | symbol): CommandError {
  return new CommandError(
    'ES_NOT_RECORDED',
    `${String(key)} was called without its aggregate. Call it as a method: dog.${String(key)}(…).`,
  );
}

/**
 * @param fields what is reserved besides.
 * @throws {DefinitionError} if a command has a name that means something else in every aggregate.
 */
export function refuseReservedName(key: string | symbol, what: string, fields: readonly string[] = []): void {
  if (!(key in AggregateCore.prototype || reserved.has(key) || fields.some((field) => field === key))) return;
  throw new DefinitionError(
    'ES_EVENT_TARGET',
    `${what} has a name that means something else in every aggregate. Rename it.`,
  );
}

const reserved = new Set<string | symbol>([
  'id',
  'version',
  'collectEvents',
  'pendingEvents',
  'createdAt',
  'modifiedAt',
  'isDiscarded',
  'markDiscarded',
  'equals',
  'then',
  '__proto__',
]);

function trigger(
  aggregate: AggregateCore,
  recording: Recording,
  mark: Mark,
  args: readonly unknown[],
  by: string | symbol,
): unknown {
  if (recording.isDiscarded) {
    throw new CommandError(
      'ES_DISCARDED',
      `${recording.definition.topic} ${aggregate.id} has been discarded, so nothing can happen to it any more: ` +
        `${String(by)} was refused.`,
      { aggregateId: aggregate.id },
    );
  }
  const event = newEvent(recording.definition, mark.spec, args, aggregate.id, recording.version + 1);
  const result = runUndoably(aggregate, mark, event, recording);
  recording.pending.push(event);
  return result;
}

/** Whether the body of an override hands over to the method that it overrides. That is still one decision. */
function isSuperCall(aggregate: AggregateCore, mark: Mark): boolean {
  const current = activity.current;
  return (
    current?.kind === 'body' && current.object === aggregate && current.mark !== mark && current.mark.key === mark.key
  );
}
