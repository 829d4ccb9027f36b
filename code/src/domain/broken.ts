import type { AggregateCore, Life } from './aggregate-core.ts';
import { CommandError } from './errors.ts';

/** @throws {CommandError} if the state of the aggregate is no longer what its events say. */
export function refuseIfBroken(aggregate: AggregateCore, life: Life): void {
  if (life.broken === undefined) return;
  throw new CommandError(
    'ES_AGGREGATE_BROKEN',
    `An earlier command on ${life.definition.topic} ${aggregate.id} threw, and what it changed could not be undone: ` +
      `${life.broken.reason}. Get the aggregate from the repository again.`,
    { cause: life.broken.cause, aggregateId: aggregate.id },
  );
}
