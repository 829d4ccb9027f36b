import type { DomainEvent } from '../domain/domain-event.ts';
import { ArgumentError, DefinitionError, SnapshotError } from '../domain/errors.ts';
import { showsPrivateState } from '../domain/snapshots/private-state.ts';
import { needsFunctions } from '../domain/snapshots/take-snapshot.ts';
import type { Mapper } from '../persistence/mapper.ts';
import type { Topics } from '../persistence/topics.ts';
import { report } from './report.ts';

/** When an application takes snapshots of itself, besides those that are taken by hand. */
export interface SnapshotOptions {
  /**
   * Every how many versions: of all aggregates, or of each topic that is named, for example `{ Dog: 50 }`.
   */
  readonly every?: number | Readonly<Record<string, number>>;
  /** A rule of your own: whether to take one at the version of this event, which has just been stored. */
  readonly when?: (event: DomainEvent) => boolean;
  /**
   * Gets to know of snapshots that could not be taken, since the save before them did succeed. Unless given, they are
   * written to the console.
   */
  readonly onError?: (error: SnapshotError) => void;
}

/** Decides when snapshots are due, and reports those that fail. */
export class Snapshotting {
  readonly #options: SnapshotOptions;
  readonly #topics: Topics;
  readonly #mapper: Mapper;

  /** @throws {ArgumentError} if an interval is not a whole number from 1, or is that of an unknown topic. */
  constructor(options: SnapshotOptions, topics: Topics, mapper: Mapper) {
    this.#options = options;
    this.#topics = topics;
    this.#mapper = mapper;
    const { every } = options;
    const known = topics.names;
    for (const topic of typeof every === 'object' ? Object.keys(every) : []) {
      if (!known.includes(topic)) {
        throw new ArgumentError(
          `Snapshots of ${topic} are asked for, and there is no such topic: there is ${known.join(', ') || 'none'}.`,
        );
      }
    }
    for (const topic of known) {
      const interval = this.#intervalOf(topic);
      if (interval === undefined) continue;
      if (!Number.isSafeInteger(interval) || interval < 1) {
        throw new ArgumentError(`Snapshots can be taken every 1, 2, 3, … versions, not every ${interval} (${topic}).`);
      }
      const definition = topics.definitionOf(topic);
      if (definition?.snapshotFunctions === undefined && definition !== undefined && showsPrivateState(definition)) {
        throw new DefinitionError(
          'ES_SNAPSHOT',
          `Snapshots of ${topic} are asked for, and ${needsFunctions(definition)}.`,
        );
      }
    }
  }

  /** Takes the snapshots that these stored events make due. Whatever fails is reported, and never thrown. */
  async after(events: readonly DomainEvent[], take: (event: DomainEvent) => Promise<void>): Promise<void> {
    for (const event of events) {
      try {
        if (this.#isDue(event)) await take(event);
      } catch (cause) {
        this.#report(cause, event);
      }
    }
  }

  #isDue(event: DomainEvent): boolean {
    const topic = this.#topics.topicOf(event.type);
    const interval = topic === undefined ? undefined : this.#intervalOf(topic);
    return (
      (interval !== undefined && event.version % interval === 0) ||
      (this.#options.when?.(this.#mapper.own(event)) ?? false)
    );
  }

  #intervalOf(topic: string): number | undefined {
    const { every } = this.#options;
    if (typeof every !== 'object') return every;
    return Object.hasOwn(every, topic) ? every[topic] : undefined;
  }

  #report(cause: unknown, { aggregateId, version, type }: DomainEvent): void {
    const error = new SnapshotError(
      'ES_SNAPSHOT',
      `${type} (version ${version} of ${aggregateId}) is stored; the snapshot that was due after it is not: ` +
        `${cause instanceof Error ? cause.message : String(cause)}`,
      { cause, aggregateId, version },
    );
    report(error, this.#options.onError);
  }
}
