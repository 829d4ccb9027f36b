import { CommandError } from '../errors.ts';
import type { AggregateCore, Recording } from './aggregate-core.ts';

/** @throws {CommandError} if the aggregate is no longer what its events say. */
export function refuseIfBroken(aggregate: AggregateCore, recording: Recording): void {
  if (recording.broken !== undefined) throw brokenError(aggregate, recording, recording.broken);
  refuseWrittenVersion(aggregate, recording);
}

export function brokenError(
  { id }: AggregateCore,
  { definition }: Recording,
  { cause, reason }: NonNullable<Recording['broken']>,
): CommandError {
  return new CommandError(
    'ES_AGGREGATE_BROKEN',
    `A command on ${definition.topic} ${id} failed and couldn't be undone: ${reason}. Get the aggregate from the ` +
      'repository again.',
    { cause, aggregateId: id },
  );
}

/** @throws {CommandError} if code of the class has written to what only events change. */
export function refuseWrittenVersion({ id, version }: AggregateCore, recording: Recording): void {
  if (version === recording.version) return;
  throw new CommandError(
    'ES_VERSION_MISMATCH',
    `Something wrote ${String(version)} to the version of ${recording.definition.topic} ${id}, whose last event has version ` +
      `${recording.version}. Only events change the version; get the aggregate from the repository again.`,
    { aggregateId: id },
  );
}
