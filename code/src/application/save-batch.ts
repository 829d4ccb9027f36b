import { Aggregate } from '../domain/aggregate.ts';
import { refuseForeign } from '../domain/definition/other-library.ts';
import type { DomainEvent } from '../domain/domain-event.ts';

/** What a batch needs of the application that stores it. */
export interface BatchRules {
  /** The events of an aggregate that are to be stored, in a new array; it refuses what must not be. */
  pendingOf(aggregate: Aggregate): DomainEvent[];
  /** An event as such, as an aggregate would have recorded it. */
  checked(event: DomainEvent): DomainEvent;
}

/** What one transaction stores. */
export class SaveBatch {
  readonly #rules: BatchRules;
  /** All events, in the order in which they are stored. */
  readonly events: DomainEvent[] = [];
  /** The events of aggregates. */
  readonly saved = new Map<Aggregate, DomainEvent[]>();
  /** The events as such. */
  readonly single: DomainEvent[] = [];

  constructor(rules: BatchRules) {
    this.#rules = rules;
  }

  /** Adds an event as such, or those pending events of an aggregate that were not added before. */
  add(change: Aggregate | DomainEvent): void {
    if (!(change instanceof Aggregate)) {
      refuseForeign(change, 'What save was given');
      const event = this.#rules.checked(change);
      this.single.push(event);
      this.events.push(event);
      return;
    }
    const pending = this.#rules.pendingOf(change);
    const before = this.saved.get(change);
    // One by one, since a call takes no more than some 100,000 arguments.
    if (before === undefined) {
      this.saved.set(change, pending);
      for (const event of pending) this.events.push(event);
    } else {
      for (const event of pending.slice(before.length)) {
        before.push(event);
        this.events.push(event);
      }
    }
  }
}
