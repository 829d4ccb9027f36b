import type { Definition } from '../definition/definition.ts';
import type { Mark } from '../definition/marks.ts';
import type { DomainEvent } from '../domain-event.ts';
import { Scope } from '../sources/scope.ts';

/** What is known of an aggregate here. What else there is to it depends on what is under way. */
export interface RecordedObject {
  readonly id: string;
  readonly version: number;
}

/** An aggregate is being constructed, by its first event. */
export interface Construction {
  readonly kind: 'construction';
  readonly definition: Definition;
  readonly event: DomainEvent;
  /** The object, from the moment that its base class runs. */
  object: RecordedObject | undefined;
  /** An aggregate that is to begin again: the constructor works on this object instead of on a new one. */
  readonly again?: RecordedObject | undefined;
  /** Takes note of what the class does to the properties that every aggregate has; see field-clash.ts. */
  readonly clashes?: Set<string> | undefined;
}

/** The body of a recorded method is running, by its event. */
export interface Body {
  readonly kind: 'body';
  readonly definition: Definition;
  readonly object: RecordedObject;
  readonly mark: Mark;
  readonly event: DomainEvent;
}

/** What is under way. Bodies do not nest, since an event holds one decision. */
export const activity = new Scope<Construction | Body>();
