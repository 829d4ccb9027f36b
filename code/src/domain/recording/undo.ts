/**
 * What becomes of an aggregate when the body of a recorded method throws: it is as it was before.
 *
 * Most aggregates begin again then: their constructor and their events run once more, on the same object, so that
 * closures, bound methods and helpers that hold the object go on working. A constructor cannot run twice on an object
 * with `#private` members, though, and nobody else can put those back. For such classes each command is rehearsed on a
 * twin first, so that the aggregate itself only meets commands that succeed.
 */

import type { Definition } from '../definition/definition.ts';
import type { Mark } from '../definition/marks.ts';
import type { DomainEvent } from '../domain-event.ts';
import { type AggregateCore, type Recording, recordingOf } from './aggregate-core.ts';
import { brokenError } from './broken.ts';
import { constructAgain } from './replay.ts';
import { rebuild, rebuildFrom } from './restore.ts';
import { runBody } from './run.ts';

/** Runs the body of a recorded method. If it throws, the aggregate is as it was before, or refuses all that comes. */
export function runUndoably(aggregate: AggregateCore, mark: Mark, event: DomainEvent, recording: Recording): unknown {
  const { base, definition, history } = recording;
  const created = base?.created ?? history[0];
  const canBegin = created !== undefined && beginsAgain(definition, created);
  if (!canBegin) rehearse(aggregate, mark, event, recording);
  try {
    return runBody(aggregate, mark, event, recording);
  } catch (error) {
    if (canBegin) beginAgain(aggregate, recording);
    else recording.broken = { cause: error, reason: 'the same command succeeds on a copy that its events make' };
    throw error;
  }
}

/** Whether the constructor of a class can run twice on one object. Tried out once, on an object that nobody else has. */
export function beginsAgain(definition: Definition, created: DomainEvent): boolean {
  definition.beginsAgain ??= tryTwice(definition, created);
  return definition.beginsAgain;
}

function tryTwice(definition: Definition, created: DomainEvent): boolean {
  try {
    const object = constructAgain(definition, created);
    clear(object);
    constructAgain(definition, created, object);
    return true;
  } catch {
    // Whatever keeps a constructor from running twice: commands that are rehearsed do not depend on it.
    return false;
  }
}

/** Undoes what an aggregate has recorded after the first events of its history, none of which is stored yet. */
export function undoTo(length: number, aggregate: AggregateCore, recording: Recording): void {
  recording.pending.length -= recording.history.length - length;
  recording.history.length = length;
  beginAgain(aggregate, recording);
}

function beginAgain(aggregate: AggregateCore, recording: Recording): void {
  const { base, definition, history } = recording;
  try {
    clear(aggregate);
    recording.history = [];
    recording.isDiscarded = false;
    rebuildFrom(definition, base, history, aggregate);
  } catch (cause) {
    recording.history = history;
    recording.broken = { cause, reason: 'its events cannot be replayed' };
  }
}

/** Takes away what the constructor, or a body, has given an object. */
function clear(aggregate: AggregateCore): void {
  const { prototype } = recordingOf(aggregate).definition.type;
  if (Object.getPrototypeOf(aggregate) !== prototype) Object.setPrototypeOf(aggregate, prototype);
  for (const key of Reflect.ownKeys(aggregate)) {
    // What cannot be taken away is either put back by the constructor, or makes it fail.
    if (key !== 'id' && key !== 'version') Reflect.deleteProperty(aggregate, key);
  }
}

/**
 * Runs a body on the aggregate's twin, which is made of the same events.
 *
 * @throws whatever the body throws. A twin that failed is of no more use; the next command makes another.
 */
function rehearse(aggregate: AggregateCore, mark: Mark, event: DomainEvent, recording: Recording): void {
  const twin = recording.twin ?? makeTwin(aggregate, recording);
  recording.twin = undefined;
  const twinRecording = recordingOf(twin);
  runBody(twin, mark, event, twinRecording);
  // It is never undone, so it needs no history.
  twinRecording.history.length = 0;
  recording.twin = twin;
}

function makeTwin(aggregate: AggregateCore, recording: Recording): AggregateCore {
  try {
    return rebuild(recording);
  } catch (cause) {
    recording.broken = { cause, reason: 'its events cannot be replayed' };
    throw brokenError(aggregate, recording, recording.broken);
  }
}
