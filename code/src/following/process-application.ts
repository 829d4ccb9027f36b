import { Application, type ApplicationOptions, internalsOf } from '../application/application.ts';
import type { FollowedLog, Leader } from '../application/followed-log.ts';
import type { Aggregate } from '../domain/aggregate.ts';
import type { DomainEvent } from '../domain/domain-event.ts';
import { CommandError, DefinitionError } from '../domain/errors.ts';
import { isThenable } from '../domain/values/is-thenable.ts';
import type { Notification } from '../persistence/event-store.ts';
import type { LogItem } from '../persistence/forgotten.ts';
import type { Parked, Tracking } from '../persistence/tracking.ts';
import { ProcessingError } from './errors.ts';
import type { Follower } from './follower.ts';
import { Following } from './following.ts';
import { type Handler, Handlers } from './policy.ts';
import { Processing } from './processing.ts';
import { KeptAggregates, Workspace } from './workspace.ts';

/**
 * An application that follows others: its policy says what follows from their events. What follows is stored in one
 * transaction with the position in the log that is followed, so that each event is processed exactly once, however often the
 * process is killed.
 *
 * A subclass states its `policy` as a static member, beside its `aggregates`. A handler works with the `processing` that it is
 * given, and has no application at hand, so it can't save anything by itself.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event, NAMESPACE_URL, on, policy, ProcessApplication, uuid5 } from 'eventsourcing';
 *
 * const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
 *
 * @Registered
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * @event('Counter.Started', 'what')
 * class Counter extends Aggregate {
 *   static createId(what: string) { return uuid5(NAMESPACE_URL, `/counters/${what}`); }
 *   count = 0;
 *   constructor(readonly what: string) { super(); }
 *
 *   @event('Incremented')
 *   increment() { this.count += 1; }
 * }
 *
 * class Statistics extends ProcessApplication {
 *   static aggregates = [Counter];
 *   static policy = policy(
 *     on(Registered, async (registered, processing) => {
 *       const dogs = (await processing.find(Counter, Counter.createId('dogs'))) ?? processing.collect(new Counter('dogs'));
 *       dogs.increment();
 *     }),
 *   );
 * }
 *
 * const school = new DogSchool();
 * const statistics = new Statistics();
 * await school.save(new Dog('Fido'), new Dog('Rex'));
 *
 * await statistics.catchUp(school);
 * await statistics.catchUp(school); // nothing new: nothing happens
 * console.log((await statistics.repository.get(Counter, Counter.createId('dogs'))).count); // 2
 * console.log(await statistics.position('DogSchool')); // 2
 * ```
 */
export class ProcessApplication extends Application implements Follower {
  readonly #following: Following<Processing>;
  /** Those that a policy has worked on, which are stored with its position and no other way. */
  readonly #processed = new WeakSet<object>();
  readonly #kept = new KeptAggregates(this.events);
  #isHandling = false;

  /** @throws {DefinitionError} if the class states no policy, or what it states doesn't fit together. */
  constructor(options: ApplicationOptions = {}) {
    super(options);
    const stated: unknown = Reflect.get(new.target, 'policy');
    if (!(stated instanceof Handlers)) {
      throw new DefinitionError(
        'ES_POLICY',
        `class ${new.target.name} states no policy, so it would follow nothing. Write: static policy = policy(on(…, …)).`,
      );
    }
    this.#following = new Following({
      name: this.name,
      handlers: stated,
      position: (log) => this.events.position(log),
      parked: (log) => this.events.parked(log),
      work: (log, events, handlers, tracking) => this.#work(log, events, handlers, tracking),
      store: async (tracking) => {
        const { commit, newBatch } = internalsOf(this);
        await commit(newBatch(), tracking);
      },
    });
  }

  typesIn(log: FollowedLog): readonly string[] {
    return this.#following.typesIn(log);
  }

  /** The id of the last notification of this log that has been dealt with, handled or skipped; 0 if none has been. */
  async position(log: string): Promise<number> {
    return await this.#following.position(log);
  }

  /** The notifications of this log that were put aside, by position. */
  async parked(log: string): Promise<Parked[]> {
    return await this.#following.parked(log);
  }

  /**
   * Processes what is in the log of another application and hasn't been processed yet, and returns when that is done. Any
   * number of processes can do so at once: each event is processed once.
   *
   * A system does this by itself, whenever there's something new; see `eventsourcing/system`.
   *
   * @throws {ProcessingError} if the policy fails for an event, or what follows from it can't be stored. What comes before it
   * is done.
   */
  async catchUp(leader: Leader): Promise<void> {
    await this.#following.catchUp(leader);
  }

  /**
   * Leaves out the notification that can't be processed: the position moves on, and nothing follows from it.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async skip(failed: ProcessingError): Promise<void> {
    await this.#following.skip(failed);
  }

  /**
   * Puts the notification that can't be processed aside, and goes on with the next one. It can be taken up later.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async park(failed: ProcessingError): Promise<void> {
    await this.#following.park(failed);
  }

  /**
   * Processes a notification that was put aside.
   *
   * @param position its id in the log of the leader.
   * @throws {PositionConflictError} if it isn't put aside, or not any more.
   * @throws {ProcessingError} if the policy fails again. It stays put aside.
   */
  async takeUp(leader: Leader, position: number): Promise<void> {
    await this.#following.takeUp(leader, position);
  }

  async process(log: FollowedLog, items: readonly LogItem[], after: number, position: number): Promise<void> {
    await this.#following.process(log, items, after, position);
  }

  /** @throws {CommandError} inside a policy, or for an aggregate that a policy works on (`ES_POLICY`). */
  override async save(...changes: readonly (Aggregate | DomainEvent | null | undefined)[]): Promise<Notification[]> {
    const isProcessed = changes.some((change) => typeof change === 'object' && change && this.#processed.has(change));
    if (!this.#isHandling && !isProcessed) return await super.save(...changes);
    throw new CommandError(
      'ES_POLICY',
      `A policy of ${this.name} has called save. What follows from an event is stored with the position, or it could be ` +
        'stored twice: give it to processing.collect(…). What comes from processing.get(…) is stored by itself.',
    );
  }

  async #work(
    log: FollowedLog,
    handled: readonly Notification[],
    handlers: ReadonlyMap<string, Handler<Processing>>,
    tracking: Tracking,
  ): Promise<void> {
    const { hooks, newBatch, commit } = internalsOf(this);
    const work = async () => {
      const workspace = new Workspace(this.repository, this.#kept, this.#processed, newBatch());
      await this.#run(workspace, log, handled, handlers);
      const stored = await commit(workspace.batch, tracking);
      this.#kept.keep(workspace.aggregates);
      return stored;
    };
    if (hooks === undefined) {
      await work();
      return;
    }
    const context = {
      application: this.name,
      operation: 'process',
      log: log.name,
      first: handled[0]?.id ?? 0,
      last: handled.at(-1)?.id ?? 0,
      position: tracking.position,
      aggregateIds: [...new Set(handled.map(({ aggregateId }) => aggregateId))],
      topics: [...new Set(handled.map(({ type }) => type))],
      eventCount: handled.length,
    } as const;
    await hooks.process(context, work, (stored) => ({ notificationIds: stored.map(({ id }) => id) }));
  }

  async #run(
    workspace: Workspace,
    log: FollowedLog,
    items: readonly Notification[],
    handlers: ReadonlyMap<string, Handler<Processing>>,
  ): Promise<void> {
    for (const item of items) {
      const processing = new Processing(workspace);
      try {
        const result = this.#handle(() => handlers.get(item.type)?.(item, processing));
        if (isThenable(result)) await result;
        processing.finish();
      } catch (error) {
        throw new ProcessingError(this.name, log.name, item, error);
      }
    }
  }

  #handle(handler: () => unknown): unknown {
    this.#isHandling = true;
    try {
      return handler();
    } finally {
      this.#isHandling = false;
    }
  }
}
