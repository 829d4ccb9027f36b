import {
  type Class,
  type Definition,
  definitionOf,
  listedTranscodings,
  named,
} from '../domain/definition/definition.ts';
import type { EventSpec } from '../domain/definition/event-spec.ts';
import { refuseForeign } from '../domain/definition/other-library.ts';
import { DefinitionError, TopicError } from '../domain/errors.ts';
import { type AggregateClass, isAggregateClass } from '../domain/recording/aggregate-class.ts';
import type { Transcoding } from '../domain/values/transcoding.ts';

/** Old names of topics or of events, each with the name that took its place. */
export type Aliases = Readonly<Record<string, string>>;

/** The aggregates that an application lists, by the names that its events are stored under. */
export class Topics {
  readonly transcodings: readonly Transcoding[];
  readonly #owner: string;
  readonly #byTopic = new Map<string, AggregateClass & Class>();
  readonly #events = new Map<string, { spec: EventSpec; definition: Definition }>();
  readonly #aliases: ReadonlyMap<string, string>;

  /**
   * @param owner who lists them, for errors.
   * @throws {DefinitionError} if an item is not an aggregate class, two share a topic, or an alias is ambiguous.
   */
  constructor(owner: string, aggregates: readonly unknown[], aliases: Aliases = {}) {
    this.#owner = owner;
    const transcodings = new Set<Transcoding>();
    aggregates.forEach((type, index) => {
      if (!isAggregateClass(type)) {
        refuseForeign(type, `Item ${index} of ${owner}.aggregates, ${describe(type)},`);
        throw new DefinitionError(
          'ES_NOT_AN_AGGREGATE',
          `Item ${index} of ${owner}.aggregates is ${describe(type)}, not a class that extends Aggregate.`,
        );
      }
      this.#add(type);
      for (const transcoding of listedTranscodings(type)) transcodings.add(transcoding);
    });
    this.transcodings = [...transcodings];
    this.#aliases = new Map(Object.entries(aliases));
    for (const [old, current] of this.#aliases) this.#checkAlias(old, current);
  }

  /** The event with this full type, for example `Dog.TrickAdded`. */
  eventOf(type: string): EventSpec | undefined {
    return this.#events.get(type)?.spec;
  }

  /** All events, by full type. */
  *events(): Iterable<readonly [string, EventSpec]> {
    for (const [type, { spec }] of this.#events) yield [type, spec];
  }

  /** All topics that are listed. */
  get names(): readonly string[] {
    return [...this.#byTopic.keys()];
  }

  /** The class of the aggregate whose events include this full type. */
  classOf(type: string): (AggregateClass & Class) | undefined {
    const topic = this.#events.get(type)?.definition.topic;
    return topic === undefined ? undefined : this.#byTopic.get(topic);
  }

  /** What is known of the aggregate with this topic. */
  definitionOf(topic: string): Definition | undefined {
    const type = this.#byTopic.get(topic);
    return type && definitionOf(type);
  }

  /** The topic of the aggregate whose events include this full type. */
  topicOf(type: string): string | undefined {
    return this.#events.get(type)?.definition.topic;
  }

  /** Whether this class is listed, or classes that extend it. */
  hasClass(type: AggregateClass): boolean {
    return [...this.#byTopic.values()].some((listed) => listed === type || listed.prototype instanceof type);
  }

  /** The name that an event has today, if it was stored under an old one. */
  currentName(type: string): string {
    if (this.#aliases.size === 0) return type;
    const direct = this.#aliases.get(type);
    if (direct !== undefined) return direct;
    const dot = type.lastIndexOf('.');
    const topic = this.#aliases.get(type.slice(0, dot));
    if (topic === undefined) return type;
    const moved = `${topic}${type.slice(dot)}`;
    return this.#aliases.get(moved) ?? moved;
  }

  /** Every name under which events of these types may be stored, old names included. */
  storedNames(types: readonly string[]): string[] {
    const names = new Set(types);
    for (const type of types) {
      const dot = type.lastIndexOf('.');
      for (const [old, current] of this.#aliases) {
        if (current === type) names.add(old);
        if (current === type.slice(0, dot)) names.add(`${old}${type.slice(dot)}`);
      }
    }
    return [...names];
  }

  /** The error for an event that is none of these aggregates'. */
  unknown(type: string, where: string): TopicError {
    const known = this.#byTopic.size === 0 ? 'none' : [...this.#byTopic.keys()].join(', ');
    return new TopicError(
      `${type} (${where}) is not an event of an aggregate that ${this.#owner} lists (it lists ${known}). Add the class ` +
        `to static aggregates of ${this.#owner}; if it was renamed, add its old name to static aliases.`,
      type,
    );
  }

  /** The error for a class that is not listed. */
  unlisted(type: object): DefinitionError {
    refuseForeign(type, named(type));
    return new DefinitionError(
      'ES_TOPIC_MISSING',
      `${this.#owner} does not list ${named(type)}. Add it to static aggregates of ${this.#owner}.`,
    );
  }

  #add(type: AggregateClass & Class): void {
    const definition = definitionOf(type);
    const other = this.#byTopic.get(definition.topic);
    if (other !== undefined) {
      throw new DefinitionError(
        'ES_TOPIC_DUPLICATE',
        `${this.#owner}.aggregates lists two classes with the topic ${definition.topic}: ${named(other)} and ` +
          `${named(type)}. Their events could not be told apart: give one of them another topic.`,
      );
    }
    this.#byTopic.set(definition.topic, type);
    this.#events.set(definition.createdType, { spec: definition.created, definition });
    for (const full of definition.types) {
      const spec = definition.markOf(full)?.spec;
      if (spec !== undefined) this.#events.set(full, { spec, definition });
    }
  }

  #checkAlias(old: string, current: string): void {
    if (this.#byTopic.has(old) || this.#events.has(old)) {
      throw new DefinitionError(
        'ES_TOPIC_DUPLICATE',
        `${this.#owner}.aliases says that ${old} is now ${current}, and ${old} is in use. Remove the alias.`,
      );
    }
    if (!this.#byTopic.has(current) && !this.#events.has(current)) {
      throw new DefinitionError(
        'ES_TOPIC_MISSING',
        `${this.#owner}.aliases says that ${old} is now ${current}, and there is no such topic or event.`,
      );
    }
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'undefined (a class that is defined further down, or a circular import?)';
  return typeof value === 'function' ? named(value) : String(value);
}
