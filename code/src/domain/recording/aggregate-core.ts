import { type Definition, definitionOf, named } from '../definition/definition.ts';
import { refuseForeign } from '../definition/other-library.ts';
import type { DomainEvent } from '../domain-event.ts';
import { ArgumentError, CommandError, DefinitionError } from '../errors.ts';
import { COPY, type Copy, OWN } from '../library-mark.ts';
import type { Snapshot } from '../snapshot.ts';
import { activity } from './activity.ts';

/** What an aggregate knows of its own story. It is kept out of sight of `console.log` and of comparisons. */
export class Recording {
  readonly definition: Definition;
  /** The snapshot that it was restored from, if one was. */
  base: Snapshot | undefined;
  /** Every event so far, or since the snapshot. A command that fails is undone by replaying them. */
  history: DomainEvent[] = [];
  /** Those that nobody has collected or saved yet. */
  pending: DomainEvent[] = [];
  createdAt: string;
  modifiedAt: string;
  /** The version of the last event. The aggregate's own `version` is a property that anybody can write to. */
  version: number;
  isDiscarded = false;
  /** Whether an application has read or stored it, so that its first events are known to be stored. */
  isStored = false;
  /** Where commands are rehearsed, if the class cannot begin again; see `rehearse`. */
  twin: AggregateCore | undefined;
  /** Why the object can no longer be trusted, if so. */
  broken: { readonly cause: unknown; readonly reason: string } | undefined;

  constructor(definition: Definition, event: DomainEvent) {
    this.definition = definition;
    this.createdAt = event.timestamp;
    this.modifiedAt = event.timestamp;
    this.version = event.version;
  }
}

/** The story of an aggregate, for the library's own use. */
export let recordingOf: (aggregate: AggregateCore) => Recording;

/** The class behind `AggregateCore`. */
abstract class Core {
  /** Identifies the aggregate among all others. */
  declare readonly id: string;
  /** The version of its last event. */
  declare readonly version: number;
  /** What the classes below say of it. */
  declare readonly isDiscarded: boolean;
  get [COPY](): Copy {
    return OWN;
  }
  readonly #recording!: Recording;

  static {
    recordingOf = (aggregate) => {
      if (#recording in aggregate) return aggregate.#recording;
      refuseForeign(aggregate, 'This aggregate');
      throw new ArgumentError(
        'This is not an aggregate: its class extends Aggregate, and its constructor calls super().',
      );
    };
  }

  constructor() {
    const construction = activity.current;
    if (construction?.kind !== 'construction' || construction.definition.type !== new.target)
      throw bypassed(new.target);
    if (construction.object !== undefined) throw bypassed(new.target);
    const { again, clashes, event } = construction;
    if (again instanceof Core) {
      construction.object = again;
      // What a base class returns is what the constructors and field initialisers of its subclasses work on.
      // biome-ignore lint/correctness/noConstructorReturn: that is the point.
      return again;
    }
    construction.object = this;
    this.#recording = new Recording(construction.definition, event);
    if (clashes !== undefined) watch(this, event, clashes);
    else {
      Object.defineProperty(this, 'id', { value: event.aggregateId, enumerable: true });
      Object.defineProperty(this, 'version', { value: event.version, enumerable: true, writable: true });
    }
  }
}

/** Lets a class do as it likes with the properties of every aggregate, and takes note of those that it writes to. */
function watch(target: object, { aggregateId, version }: DomainEvent, clashes: Set<string>): void {
  for (const [name, value] of Object.entries({ id: aggregateId, version })) {
    Object.defineProperty(target, name, {
      get: () => value,
      set: () => clashes.add(name),
      enumerable: true,
      configurable: true,
    });
  }
}

/**
 * Takes note of an event that the aggregate has just lived through.
 *
 * @throws {DefinitionError} if no event can change the aggregate.
 */
export function advance(aggregate: AggregateCore, recording: Recording, event: DomainEvent): void {
  setVersion(aggregate, recording, event.version);
  recording.modifiedAt = event.timestamp;
  recording.history.push(event);
}

/** Puts an aggregate that has just been constructed to the point in its story where a snapshot was taken. */
export function resume(aggregate: AggregateCore, recording: Recording, snapshot: Snapshot): void {
  setVersion(aggregate, recording, snapshot.version);
  recording.modifiedAt = snapshot.modifiedAt;
  recording.base = snapshot;
  recording.history.length = 0;
}

function setVersion(target: { version: number }, recording: Recording, version: number): void {
  try {
    target.version = version;
  } catch (cause) {
    throw new DefinitionError(
      'ES_EVENT_TARGET',
      `${named(recording.definition.type)} freezes its instances, so that no event could change them. Leave out ` +
        'Object.freeze(this).',
      { cause },
    );
  }
  recording.version = version;
}

function bypassed(type: abstract new () => AggregateCore): CommandError {
  // Throws the better error, if what is missing is the decorator itself.
  definitionOf(type);
  return new CommandError(
    'ES_NOT_RECORDED',
    `An instance of ${named(type)} was made without recording an event. Inside of a class with @event, its own name ` +
      'means the class without the decorator: write `new this(…)` in static methods, or create it outside.',
  );
}

/**
 * The part of every aggregate that replay and recorded methods work on.
 *
 * Its type has no private and no protected members, and neither has that of `Aggregate`: of a class that has no name of
 * its own outside, as in `export const Dog = recorded(class …)`, the compiler could not write a declaration then.
 */
export interface AggregateCore {
  /** Identifies the aggregate among all others. */
  readonly id: string;
  /** The version of its last event. */
  readonly version: number;
  /** Whether one of its events has ended its life. */
  readonly isDiscarded: boolean;
}
export const AggregateCore: abstract new () => AggregateCore = Core;
