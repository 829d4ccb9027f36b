import { CommandError } from '../errors.ts';
import type { AggregateCore, Recording } from './aggregate-core.ts';

/** @throws {CommandError} if the aggregate is no longer what its events say. */
export function refuseIfBroken(aggregate: AggregateCore, recording: Recording): void {
  if (recording.broken !== undefined) throw brokenError(aggregate, recording, recording.broken);
  if (aggregate.version !== recording.version) throw writtenVersion(aggregate, recording);
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

export function writtenVersion({ id, version }: AggregateCore, recording: Recording): CommandError {
  return new CommandError(
    'ES_VERSION_MISMATCH',
    `Something wrote ${String(version)} to the version of ${recording.definition.topic} ${id}, whose last event has version ` +
      `${recording.version}. Only events change the version; get the aggregate from the repository again.`,
    { aggregateId: id },
  );
}
