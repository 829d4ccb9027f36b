import { EventSourcingError } from '../index.ts';

/** A runner can't do what it's asked for, or not in the state that it's in (`ES_SYSTEM`). */
export class SystemError extends EventSourcingError {
  /** @internal */ static override readonly named = 'SystemError';
  constructor(message: string, options?: ErrorOptions) {
    super('ES_SYSTEM', message, options);
  }
}
