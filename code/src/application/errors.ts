import { EventSourcingError } from '../domain/errors.ts';

/** There is no such aggregate, or not yet at that version, or not any more (`ES_AGGREGATE_NOT_FOUND`). */
export class AggregateNotFoundError extends EventSourcingError {
  /** @internal */ static override readonly named = 'AggregateNotFoundError';
  readonly aggregateId: string;
  /** The version that was asked for, if one was. */
  readonly version: number | undefined;
  constructor(topic: string, aggregateId: string, version: number | undefined) {
    const at = version === undefined ? '' : ` at version ${version}`;
    super('ES_AGGREGATE_NOT_FOUND', `There is no ${topic} with the id ${aggregateId}${at}.`);
    this.aggregateId = aggregateId;
    this.version = version;
  }
}

/** The aggregate with this id is of another class (`ES_WRONG_AGGREGATE`). */
export class WrongAggregateError extends EventSourcingError {
  /** @internal */ static override readonly named = 'WrongAggregateError';
  readonly aggregateId: string;
  constructor(expected: string, found: string, aggregateId: string) {
    super('ES_WRONG_AGGREGATE', `The aggregate ${aggregateId} is a ${found}, not a ${expected}.`);
    this.aggregateId = aggregateId;
  }
}

/** Events that are stored already could no longer be read (`ES_EVENT_SCHEMA`); see `eventSchema`. */
export class EventSchemaError extends EventSourcingError {
  /** @internal */ static override readonly named = 'EventSchemaError';
  /** What is wrong, and what to do about it; one item for each event. */
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      'ES_EVENT_SCHEMA',
      `Stored events could no longer be read:\n${problems.map((each) => `- ${each}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** An aggregate was changed by other means than its events, so the change would not be saved (`ES_UNRECORDED_CHANGE`). */
export class UnrecordedChangeError extends EventSourcingError {
  /** @internal */ static override readonly named = 'UnrecordedChangeError';
  readonly aggregateId: string;
  constructor(topic: string, aggregateId: string) {
    super(
      'ES_UNRECORDED_CHANGE',
      `${topic} ${aggregateId} is not what its events make it: something changed it outside of a method with @event, ` +
        'or a body depends on more than its parameters (a clock, a random number). Nothing was saved.',
    );
    this.aggregateId = aggregateId;
  }
}

/** An environment variable is missing, misspelt, or cannot be what it is (`ES_ENVIRONMENT`); see `fromEnv`. */
export class EnvironmentError extends EventSourcingError {
  /** @internal */ static override readonly named = 'EnvironmentError';
  /** The variable as it is set, for example `DOGSCHOOL_SQLITE_DBNAME`; if it is missing, without the application's name. */
  readonly variable: string;
  /** Undefined if the variable is missing, or may be a secret. */
  readonly value: string | undefined;
  constructor(variable: string, value: string | undefined, message: string, options?: ErrorOptions) {
    super('ES_ENVIRONMENT', message, options);
    this.variable = variable;
    this.value = value;
  }
}

/** A hook has failed after the work was done, or has not called `next`, or twice (`ES_HOOK`); see `Hooks`. */
export class HookError extends EventSourcingError {
  /** @internal */ static override readonly named = 'HookError';
  /** The name of the application. */
  readonly application: string;
  /** What the hook was around, for example `save`. */
  readonly operation: string;
  readonly aggregateIds: readonly string[];
  constructor(
    message: string,
    context: { readonly application: string; readonly operation: string; readonly aggregateIds: readonly string[] },
    options?: ErrorOptions,
  ) {
    super('ES_HOOK', message, options);
    this.application = context.application;
    this.operation = context.operation;
    this.aggregateIds = context.aggregateIds;
  }
}
