import type { AggregateCore, Life } from './aggregate-core.ts';
import { CommandError } from './errors.ts';

/** @throws {CommandError} if the aggregate is no longer what its events say. */
export function refuseIfBroken(aggregate: AggregateCore, life: Life): void {
  if (life.broken !== undefined) throw brokenError(aggregate, life, life.broken);
  if (aggregate.version !== life.version) throw writtenVersion(aggregate, life);
}

export function brokenError(
  { id }: AggregateCore,
  { definition }: Life,
  { cause, reason }: NonNullable<Life['broken']>,
): CommandError {
  return new CommandError(
    'ES_AGGREGATE_BROKEN',
    `A command on ${definition.topic} ${id} failed and couldn't be undone: ${reason}. Get the aggregate from the ` +
      'repository again.',
    { cause, aggregateId: id },
  );
}

export function writtenVersion({ id, version }: AggregateCore, life: Life): CommandError {
  return new CommandError(
    'ES_VERSION_MISMATCH',
    `Something wrote ${String(version)} to the version of ${life.definition.topic} ${id}, whose last event has version ` +
      `${life.version}. Only events change the version; get the aggregate from the repository again.`,
    { aggregateId: id },
  );
}
