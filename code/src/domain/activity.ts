import type { AggregateCore } from './aggregate-core.ts';
import type { Definition } from './definition.ts';
import type { DomainEvent } from './domain-event.ts';
import type { Mark } from './marks.ts';
import { Scope } from './scope.ts';

/** An aggregate is being constructed, by its first event. */
export interface Birth {
  readonly kind: 'birth';
  readonly definition: Definition;
  readonly event: DomainEvent;
  /** The object, from the moment that its base class runs. */
  object: AggregateCore | undefined;
  /** An aggregate that is to begin again: the constructor works on this object instead of on a new one. */
  readonly again?: AggregateCore | undefined;
  /** Takes note of what the class does to the properties that every aggregate has; see `clashesIn`. */
  readonly clashes?: Set<string> | undefined;
}

/** The body of a recorded method is running, by its event. */
export interface Body {
  readonly kind: 'body';
  readonly object: AggregateCore;
  readonly mark: Mark;
  readonly event: DomainEvent;
}

/** What is under way. Bodies do not nest, since an event holds one decision. */
export const activity = new Scope<Birth | Body>();
