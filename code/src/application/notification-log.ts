import { ArgumentError } from '../domain/errors.ts';
import { described } from '../domain/values/text.ts';
import type { Cipher } from '../persistence/cipher.ts';
import { ForgottenError } from '../persistence/errors.ts';
import { notification } from '../persistence/event-store.ts';
import { ForgottenNotification, type LogItem } from '../persistence/forgotten.ts';
import { checkedLimit } from '../persistence/limits.ts';
import type { Mapper } from '../persistence/mapper.ts';
import type { NotificationOptions, Recorder, StoredNotification } from '../persistence/recorder.ts';
import { checkText } from '../persistence/stored-text.ts';
import type { Topics } from '../persistence/topics.ts';
import type { FollowedLog, LogRange } from './followed-log.ts';
import type { AroundReads } from './hooks.ts';

/** A part of the log. */
export interface Section {
  /** The ids of its first and last item, for example `1,10`; null if it is empty. */
  readonly id: string | null;
  readonly items: readonly LogItem[];
  /** The section to ask for next, or null if this one was not full. */
  readonly nextId: string | null;
}

/** The events of all aggregates of an application, in the one order in which they were stored. */
export class NotificationLog implements FollowedLog {
  /** The name of the application. */
  readonly name: string;
  /** The greatest number of notifications that one select or section holds. */
  readonly sectionSize: number;
  readonly #recorder: Recorder;
  readonly #mapper: Mapper;
  readonly #topics: Topics;
  readonly #around: AroundReads | undefined;

  constructor(
    name: string,
    recorder: Recorder,
    mapper: Mapper,
    topics: Topics,
    sectionSize: number,
    around?: AroundReads,
  ) {
    if (!Number.isSafeInteger(sectionSize) || sectionSize < 1) {
      throw new ArgumentError(
        `The section size of a notification log must be a whole number from 1, not ${sectionSize}.`,
      );
    }
    this.name = name;
    this.#recorder = recorder;
    this.#mapper = mapper;
    this.#topics = topics;
    this.sectionSize = sectionSize;
    this.#around = around;
  }

  /**
   * Selects notifications, the earliest first. Those of subjects that are forgotten are in their places, without content.
   *
   * @param options `start` and `stop` are ids, both included; `limit` is at most, and unless given, the section size.
   * @throws {ArgumentError} if the limit is greater than the section size, or a type is none that could be stored.
   */
  async select(options: NotificationOptions = {}): Promise<LogItem[]> {
    checkTopics(options.topics);
    return await this.#hooked(options.topics ?? [], async () => {
      const limit = options.limit === undefined ? this.sectionSize : checkedLimit(options.limit);
      if (limit <= this.sectionSize) return await this.#select({ ...options, limit });
      throw new ArgumentError(
        `The limit ${limit} is greater than the section size ${this.sectionSize}. Select in several steps, or construct ` +
          'the application with a greater sectionSize.',
      );
    });
  }

  /** The full types of the events that can be in it. */
  get types(): readonly string[] {
    return Array.from(this.#topics.events(), ([type]) => type);
  }

  /** What is stored, without a look at what it says: for handing the log on. */
  async stored(range: LogRange): Promise<StoredNotification[]> {
    return await this.#hooked(range.topics ?? [], () => this.#stored(range));
  }

  /** What a follower reads. The size of a section is for readers from outside, so it's no limit here. */
  async read({ start, stop, limit, topics }: LogRange): Promise<LogItem[]> {
    return await this.#hooked(topics ?? [], () => this.#select({ start, stop, limit, topics }));
  }

  async #hooked<T>(topics: readonly string[], work: () => Promise<T[]>): Promise<T[]> {
    if (this.#around === undefined) return await work();
    const { hooks, application } = this.#around;
    const context = {
      application,
      operation: 'notificationLog.select',
      aggregateIds: [],
      topics: [...topics],
    } as const;
    return await hooks.read(context, work, (found) => ({ count: found.length }));
  }

  async #select(options: NotificationOptions): Promise<LogItem[]> {
    const stored = await this.#stored(options);
    const { keyed } = this.#mapper;
    if (keyed === undefined) return stored.map((event) => notification(event.id, this.#mapper.toUnfrozen(event)));
    const cipher = await keyed.toRead(stored);
    return stored.map((event) => this.#notificationOf(event, cipher));
  }

  async #stored({ start, stop, limit, topics }: NotificationOptions): Promise<StoredNotification[]> {
    const storedNames = topics && this.#topics.storedNames(topics);
    return await this.#recorder.selectNotifications({ start, stop, limit, topics: storedNames });
  }

  /**
   * The greatest id in the log, or 0 if nothing has been stored. What a follower is behind by, is at most the difference to
   * its own position.
   *
   * @example
   * ```ts
   * import { Aggregate, Application, event } from 'eventsourcing';
   *
   * @event('Dog.Registered', 'name')
   * class Dog extends Aggregate {
   *   constructor(readonly name: string) { super(); }
   * }
   *
   * class DogSchool extends Application {
   *   static aggregates = [Dog];
   * }
   *
   * const school = new DogSchool();
   * await school.save(new Dog('Fido'), new Dog('Rex'));
   * console.log(await school.notificationLog.lastId()); // 2
   * ```
   */
  async lastId(): Promise<number> {
    return await this.#recorder.maxNotificationId();
  }

  /**
   * The section that begins at an id, and at most as long as asked for: `section('1,10')`.
   *
   * @throws {ArgumentError} if the id is not two whole numbers with a comma between them, or ends before it begins.
   */
  async section(sectionId: string): Promise<Section> {
    const match = /^(-?\d+),(-?\d+)$/.exec(sectionId);
    if (match === null) {
      throw new ArgumentError(`A section id is two ids with a comma between them, like '1,10', not '${sectionId}'.`);
    }
    const [from, to] = [Number(match[1]), Number(match[2])];
    if (to < from) {
      throw new ArgumentError(
        `The section ${sectionId} ends before it begins. A section id is the first id and then the last, like '1,10'.`,
      );
    }
    const start = Math.max(1, from);
    const limit = Math.min(Math.max(0, to - start + 1), this.sectionSize);
    const items = await this.select({ start, limit });
    const [first, last] = [items[0], items.at(-1)];
    if (first === undefined || last === undefined) return { id: null, items, nextId: null };
    return {
      id: `${first.id},${last.id}`,
      items,
      nextId: items.length === limit ? `${last.id + 1},${last.id + limit}` : null,
    };
  }

  #notificationOf(stored: StoredNotification, cipher: Cipher): LogItem {
    try {
      return notification(stored.id, this.#mapper.toUnfrozen(stored, cipher));
    } catch (error) {
      if (!(error instanceof ForgottenError)) throw error;
      return new ForgottenNotification(stored.id, this.#topics.currentName(stored.topic), error);
    }
  }
}

function checkTopics(topics: unknown): void {
  if (topics === undefined) return;
  if (!Array.isArray(topics)) {
    throw new ArgumentError(`The topics of a selection must be an array of types of events, not ${described(topics)}.`);
  }
  for (const topic of topics) {
    if (typeof topic !== 'string')
      throw new ArgumentError(`The type of an event must be text, not ${described(topic)}.`);
    checkText('The type of an event', topic);
  }
}
