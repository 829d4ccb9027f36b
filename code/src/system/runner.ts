import {
  type Application,
  type ApplicationOptions,
  ArgumentError,
  BATCH_SIZE,
  type Coordinator,
  type Follower,
  memory,
  Pipe,
  ProcessApplication,
  type ProcessingError,
  type Store,
  WaitTimeoutError,
} from '../index.ts';
import type { BackoffOptions } from './backoff.ts';
import { Duty } from './duty.ts';
import { SystemError } from './errors.ts';
import { FailureFeed } from './failure-feed.ts';
import { type Failure, Station } from './station.ts';
import { type ApplicationClass, type FollowerDefinition, invalid, isApplicationClass, type System } from './system.ts';
import { sleep, whileItMoves } from './waiting.ts';
import { Worker } from './worker.ts';

const MODES = ['concurrent', 'immediate'] as const;

/** For how long a save waits for followers that don't come forward. */
const STUCK_MS = 10_000;

/** How a system is run. Each option has a default. */
export interface RunnerOptions {
  /** Where all nodes keep what they store, each under its name; in memory unless given. */
  readonly store?: Store;
  /** Further options of a node, by its name: a cipher, hooks, snapshots, or a store of its own. */
  readonly options?: (node: string) => ApplicationOptions;
  /**
   * - `concurrent`, unless given: a `save` returns when its events are durable, and followers come after it.
   * - `immediate`: a `save` returns when all followers have dealt with its events, so that what follows is visible at once. For
   *   tests, lessons and small programs, in one process.
   */
  readonly mode?: (typeof MODES)[number];
  /** The nodes that follow in this process; all of them unless given. Others may follow in other processes. */
  readonly follow?: readonly (ApplicationClass | FollowerDefinition)[];
  /** How many notifications share a transaction of a follower at most; 500 unless given. */
  readonly batchSize?: number;
  /** After how many milliseconds the logs are looked at without a hint that there's something new; 1,000 unless given. */
  readonly pollInterval?: number;
  /** How long to wait before an event that has failed is tried again. */
  readonly backoff?: BackoffOptions;
  /** Gets to know of a failure, once for each event. Unless given, and unless `errors` is listened to, it's written to the console. */
  readonly onError?: (failure: Failure) => void;
}

/** How far a follower has come. */
export interface PipeStatus {
  readonly leader: string;
  readonly follower: string;
  /** The id of the last notification that it has dealt with. */
  readonly position: number;
  /** The id of the last notification in the leader's log. */
  readonly end: number;
  /** What it fails at, if it does. */
  readonly failure: Failure | undefined;
  /** How many notifications it has put aside. */
  readonly parked: number;
}

/** How to wait. */
export interface WaitOptions {
  /** Milliseconds; 5,000 unless given. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * Runs a system in this process: constructs its applications, and has the followers process what their leaders store. They
 * catch up when it starts, and again after a burst, after an error and after whatever hint was lost, since they go by positions
 * and logs, and never by being told.
 *
 * A follower that fails never makes the leader's `save` fail. The failure is reported once, the event is tried again with
 * growing pauses, and no other follower is kept waiting.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event, on, policy, ProcessApplication } from 'eventsourcing';
 * import { Runner, System } from 'eventsourcing/system';
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
 * @event('Letter.Written', 'text')
 * class Letter extends Aggregate {
 *   constructor(readonly text: string) { super(); }
 * }
 *
 * class Welcome extends ProcessApplication {
 *   static aggregates = [Letter];
 *   static policy = policy(
 *     on(Registered, ({ payload }, processing) => {
 *       processing.collect(new Letter(`Welcome, ${payload.name}!`));
 *     }),
 *   );
 * }
 *
 * const runner = new Runner(new System([[DogSchool, Welcome]]), { mode: 'immediate' });
 * await runner.start();
 * await runner.get(DogSchool).save(new Dog('Fido'));
 *
 * const [written] = await runner.get(Welcome).notificationLog.select();
 * console.log(written?.payload); // { text: 'Welcome, Fido!' }
 * await runner.stop();
 * ```
 */
export class Runner {
  readonly system: System;
  /** Failures from the time on when somebody begins to listen, each once: `for await (const failure of runner.errors)`. */
  readonly errors: AsyncIterable<Failure>;
  readonly #feed = new FailureFeed();
  readonly #options: RunnerOptions;
  readonly #applications = new Map<string, Application>();
  readonly #followers = new Map<string, Follower>();
  /** By node. */
  readonly #stores = new Map<string, Store>();
  /** In the order in which followers stand in the system. */
  readonly #stations: readonly Station[];
  /** One for all stations, or one for each. */
  readonly #workers: readonly Worker[];
  readonly #duties: Duty[] = [];
  #phase: 'new' | 'started' | 'stopped' = 'new';
  /** What ends listening and looking. */
  #endings: (() => void)[] = [];

  /** @throws {DefinitionError} if a follower handles none of the events of one of its leaders, or a node can't be constructed. */
  constructor(system: System, options: RunnerOptions = {}) {
    const {
      store = memory(),
      mode = 'concurrent',
      batchSize = BATCH_SIZE,
      pollInterval = 1_000,
      backoff = {},
    } = options;
    for (const [name, value] of Object.entries({ batchSize, pollInterval })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new ArgumentError(`The ${name} of a runner must be a whole number from 1, not ${value}.`);
    }
    if (!MODES.includes(mode)) {
      throw new ArgumentError(`The mode of a runner is ${MODES.join(' or ')}, not ${mode}.`);
    }
    this.system = system;
    this.errors = this.#feed;
    this.#options = { ...options, mode, pollInterval };
    for (const name of system.nodes) this.#construct(name, { store, ...options.options?.(name) });
    const following = followersOf(system, options.follow);
    this.#stations = following.map((name) => {
      const follower = this.#followerOf(name);
      const leaders = system.edges.filter(([, to]) => to === name).map(([from]) => this.#applicationOf(from));
      return new Station({
        follower,
        pipes: leaders.map(({ notificationLog }) => new Pipe(notificationLog, follower, batchSize)),
        backoff,
        onFailure: (failure) => this.#report(failure),
        onDue: () => this.#wake(),
      });
    });
    this.#workers =
      mode === 'immediate' ? [new Worker(this.#stations)] : this.#stations.map((station) => new Worker([station]));
  }

  /**
   * Begins to follow. With `immediate`, resolves when everything that is there already has been dealt with.
   *
   * @throws {SystemError} if it was started before.
   */
  async start(): Promise<void> {
    if (this.#phase === 'started') throw new SystemError('This runner is started already.');
    if (this.#phase === 'stopped') throw stopped('started again: construct another one');
    this.#phase = 'started';
    const { mode, pollInterval } = this.#options;
    for (const name of this.system.leaders) {
      this.#endings.push(this.#applicationOf(name).afterSave((_, by) => this.#saved(name, by)));
    }
    if (mode === 'concurrent') {
      const timer = setInterval(() => this.#prompt(), pollInterval);
      this.#endings.push(() => clearInterval(timer));
      this.#share();
    }
    const caughtUp = this.#wake();
    if (mode === 'immediate') await caughtUp;
  }

  /**
   * The application, or the projection, of a node.
   *
   * @throws {DefinitionError} if it's none of the system's.
   * @throws {SystemError} if the runner is stopped.
   */
  get<A extends Application>(node: ApplicationClass<A>): A;
  get<F extends Follower>(node: FollowerDefinition<F>): F;
  get(node: ApplicationClass | FollowerDefinition): Application | Follower {
    if (this.#phase === 'stopped') throw stopped(`asked for ${node.name}`);
    if (this.system.node(node.name) !== node) throw invalid(`The system's ${node.name} is another class.`);
    return isApplicationClass(node) ? this.#applicationOf(node.name) : this.#followerOf(node.name);
  }

  /** How far each follower has come, wherever it follows; and at what it fails, if that's in this process. */
  async status(): Promise<readonly PipeStatus[]> {
    return await Promise.all(
      this.system.edges.map(async ([leader, name]) => {
        const { log, follower, failure } = this.#pipeOf(leader, name);
        // The position first: the other way round, it could be past the end.
        const position = await follower.position(leader);
        const end = await log.lastId();
        return { leader, follower: name, position, end, failure, parked: (await follower.parked(leader)).length };
      }),
    );
  }

  /**
   * Resolves when every follower of this process has dealt with all that its leaders have stored, and with what followed from that.
   *
   * @throws the error of a follower that fails. The others go on.
   */
  async idle(): Promise<void> {
    const { stuck } = await this.#rest();
    if (stuck !== undefined) throw stuck.error;
  }

  /**
   * Resolves when a follower has dealt with a notification of a leader: with the last one that is there now, unless another
   * one is named. After a `save`, that's to read your own writes.
   *
   * @throws {WaitTimeoutError} if it takes too long.
   * @throws the follower's error, if it fails at this one or before.
   */
  async waitFor(
    follower: ApplicationClass | FollowerDefinition,
    leader: ApplicationClass,
    position?: number,
    { timeout = 5_000, signal }: WaitOptions = {},
  ): Promise<void> {
    this.#refuseUnlessStarted('waited for');
    const { log } = this.#pipeOf(leader.name, follower.name);
    const target = position ?? (await log.lastId());
    const end = Date.now() + timeout;
    for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
      const pipe = this.#pipeOf(leader.name, follower.name);
      const found = await pipe.follower.position(log.name);
      if (found >= target) return;
      signal?.throwIfAborted();
      const { failure } = pipe;
      if (failure !== undefined) throw failure.error;
      if (Date.now() >= end) throw new WaitTimeoutError(follower.name, leader.name, target, found, timeout);
      this.#prompt();
      await sleep(pause);
    }
  }

  /** Tries again at once what has failed, without waiting for the pause to end. */
  retry(): void {
    for (const station of this.#stations) station.retry();
    this.#wake();
  }

  /**
   * Leaves out the event that a follower fails at: nothing follows from it.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async skip(failed: ProcessingError): Promise<void> {
    await this.#pipeOf(failed.log, failed.follower).follower.skip(failed);
    this.retry();
  }

  /**
   * Puts the event that a follower fails at aside, so that it goes on with the next one. The follower's `takeUp` processes it
   * later.
   *
   * @throws {PositionConflictError} if it has been dealt with meanwhile.
   */
  async park(failed: ProcessingError): Promise<void> {
    await this.#pipeOf(failed.log, failed.follower).follower.park(failed);
    this.retry();
  }

  /**
   * Stops following. Steps that are under way come to their end. The store stays open: it's yours.
   *
   * @param options.drain whether to deal first with all that's there. What fails is left.
   * @returns what's left: the pipes that haven't come to the end of their leader's log. The next runner goes on there.
   */
  async stop({ drain = false }: { readonly drain?: boolean } = {}): Promise<readonly PipeStatus[]> {
    if (this.#phase === 'stopped') return [];
    if (drain && this.#phase === 'started') await this.#rest();
    this.#phase = 'stopped';
    for (const end of this.#endings.splice(0)) end();
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    await Promise.all(this.#duties.map((duty) => duty.end()));
    for (const station of this.#stations) station.stop();
    this.#feed.end();
    return await this.#behind();
  }

  #construct(name: string, options: ApplicationOptions): void {
    if (options.store !== undefined) this.#stores.set(name, options.store);
    const node = this.system.node(name);
    if (!isApplicationClass(node)) {
      this.#followers.set(name, node.open(options));
      return;
    }
    const application = new node({ ...options, name });
    this.#applications.set(name, application);
    if (application instanceof ProcessApplication) this.#followers.set(name, application);
  }

  #applicationOf(name: string): Application {
    const application = this.#applications.get(name);
    if (application === undefined) throw invalid(`${name} is no application of the system.`);
    return application;
  }

  #followerOf(name: string): Follower {
    const follower = this.#followers.get(name);
    if (follower === undefined) throw invalid(`${name} follows nobody in the system.`);
    return follower;
  }

  #pipeOf(leader: string, name: string) {
    if (!this.system.edges.some(([from, to]) => from === leader && to === name)) {
      throw invalid(`The system has no pipe from ${leader} to ${name}.`);
    }
    const station = this.#stations.find(({ follower }) => follower.name === name);
    const failure = station?.failures.find((each) => each.leader === leader);
    return { log: this.#applicationOf(leader).notificationLog, follower: this.#followerOf(name), failure };
  }

  #saved(leader: string, by: 'save' | 'process'): Promise<void> | void {
    for (const station of this.#stations) station.prompt(leader);
    const wasRunning = this.#workers.some(({ isRunning }) => isRunning);
    const done = this.#wake();
    if (this.#options.mode === 'concurrent') this.#coordinatorOf(leader)?.hint(leader);
    // A follower that stored something is at work itself: it can't wait for those that follow it.
    if (this.#options.mode === 'concurrent' || by === 'process') return;
    return wasRunning ? this.#unlessStuck(done, leader) : done;
  }

  /** A policy that waits for a save would wait for itself here, and the save for the policy. */
  async #unlessStuck(done: Promise<void>, leader: string): Promise<void> {
    const rounds = () => this.#workers.reduce((sum, worker) => sum + worker.rounds, 0);
    if (await whileItMoves(done, rounds, STUCK_MS)) return;
    const reason =
      `A save of ${leader} has waited for ${STUCK_MS} ms for followers that don't come forward, and returns without them. ` +
      'Does a policy call save on it? What follows from an event belongs into processing.collect(…).';
    console.error(new SystemError(reason));
  }

  /** Shares the work with other processes, where they have a store in common that can do so. */
  #share(): void {
    const coordinators = new Set<Coordinator>();
    for (const name of this.system.nodes) {
      const coordinator = this.#coordinatorOf(name);
      if (coordinator !== undefined) coordinators.add(coordinator);
    }
    for (const coordinator of coordinators) {
      this.#endings.push(
        coordinator.listen((log) => {
          for (const station of this.#stations) station.prompt(log);
          this.#wake();
        }),
      );
    }
    for (const station of this.#stations) {
      const coordinator = this.#coordinatorOf(station.follower.name);
      if (coordinator === undefined) continue;
      this.#duties.push(new Duty(coordinator, station, () => this.#wake()));
    }
  }

  #coordinatorOf(name: string): Coordinator | undefined {
    return this.#stores.get(name)?.coordinator;
  }

  #prompt(): void {
    for (const station of this.#stations) station.prompt();
    this.#wake();
  }

  async #wake(): Promise<void> {
    if (this.#phase === 'started') await Promise.all(this.#workers.map((worker) => worker.wake()));
  }

  /** Waits until there's nothing to do but what fails. */
  async #rest(): Promise<{ readonly stuck: Failure | undefined }> {
    this.#refuseUnlessStarted('idle');
    for (let pause = 1; ; pause = Math.min(pause * 2, 100)) {
      await Promise.all(this.#workers.map((worker) => worker.settled()));
      const behind = await this.#behind();
      if (behind.every(({ failure }) => failure !== undefined)) {
        // What was stored while this was asking has woken somebody.
        if (this.#workers.some(({ isRunning }) => isRunning)) continue;
        return { stuck: behind[0]?.failure };
      }
      this.#prompt();
      await sleep(pause);
    }
  }

  /** The pipes of followers of this process that haven't come to the end of their leader's log. */
  async #behind(): Promise<readonly PipeStatus[]> {
    const own = new Set(this.#stations.map(({ follower }) => follower.name));
    return (await this.status()).filter(({ follower, position, end }) => own.has(follower) && position < end);
  }

  #refuseUnlessStarted(what: string): void {
    if (this.#phase === 'stopped') throw stopped(what);
    if (this.#phase === 'new')
      throw new SystemError(`A runner can't be ${what} before it's started: await runner.start().`);
  }

  #report(failure: Failure): void {
    const { onError } = this.#options;
    const isHeard = this.#feed.hasListeners;
    this.#feed.report(failure);
    try {
      if (onError !== undefined) onError(failure);
      else if (!isHeard) console.error(failure.error);
    } catch (error) {
      console.error(failure.error, error);
    }
  }
}

/** The names of those that follow, in the order of the system. */
function followersOf({ followers, nodes }: System, chosen: RunnerOptions['follow']): readonly string[] {
  if (chosen === undefined) return followers;
  const names = chosen.map(({ name }) => name);
  const wrong = names.find((name) => !followers.includes(name));
  if (wrong === undefined) return followers.filter((name) => names.includes(name));
  throw invalid(
    `${wrong} is to follow, and ${nodes.includes(wrong) ? 'follows nobody in' : 'is no node of'} the system.`,
  );
}

function stopped(what: string): SystemError {
  return new SystemError(`This runner is stopped, and can't be ${what}.`);
}
