import { HookError } from './errors.ts';
import { report } from './report.ts';

/** What is about to be stored. Nothing of what events say is here. */
export interface SaveContext {
  /** The name of the application. */
  readonly application: string;
  /** `takeSnapshot` also for those that a save has made due. */
  readonly operation: 'save' | 'takeSnapshot';
  /** Each once. */
  readonly aggregateIds: readonly string[];
  /** The types of the events, or the topic of the aggregate that a snapshot is of; each once. */
  readonly topics: readonly string[];
  /** How many events are stored; 0 for a snapshot. */
  readonly eventCount: number;
  /** Which attempt of `update` it is: 1 for the first, and for all that is not an `update`. */
  readonly attempt: number;
}

/** What was stored. */
export interface SaveResult {
  /** The ids of the notifications, in the order of the events; none for a snapshot. */
  readonly notificationIds: readonly number[];
}

/** What is about to be read. */
export interface ReadContext {
  /** The name of the application. */
  readonly application: string;
  readonly operation: 'repository.get' | 'repository.has' | 'notificationLog.select';
  /** Of the aggregate that is asked for; empty for the log. */
  readonly aggregateIds: readonly string[];
  /** The topic of the aggregate; for the log, the types that are asked for, or none for all. */
  readonly topics: readonly string[];
  /** The version that is asked for, if one is. */
  readonly version?: number | undefined;
}

/** What was read. */
export interface ReadResult {
  /** How many aggregates or notifications. */
  readonly count: number;
}

/** Events of another application that are about to be processed, in one transaction. */
export interface ProcessContext {
  /** The name of the application that follows. */
  readonly application: string;
  readonly operation: 'process';
  /** The name of the log that is followed. */
  readonly log: string;
  /** The ids of the first and the last notification that is handled; 0 if none of them is. */
  readonly first: number;
  readonly last: number;
  /** The position in the log when it's done. Skipped notifications count. */
  readonly position: number;
  /** Whose events are handled, each id once. */
  readonly aggregateIds: readonly string[];
  /** The types of the events that are handled, each once. */
  readonly topics: readonly string[];
  /** How many events are handled. */
  readonly eventCount: number;
}

/** What followed from them. */
export interface ProcessResult {
  /** The ids of the notifications that were stored, in their order. */
  readonly notificationIds: readonly number[];
}

/**
 * Functions around what an application does with its store: to trace, to measure, to log, or to refuse. Each calls
 * `next` once, which does the work, or throws what made it fail.
 *
 * A hook that throws before it calls `next` makes the operation fail, and nothing was stored. Once `next` has been called,
 * the work alone decides: what a hook throws later is reported, and never makes a durable save look failed; and a
 * hook that catches what `next` throws does not make a failed save look durable.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event, type Hooks } from 'eventsourcing';
 *
 * const spans: string[] = [];
 * async function span(name: string, next: () => Promise<unknown>) {
 *   try {
 *     await next();
 *     spans.push(`${name}: ok`);
 *   } catch (error) {
 *     spans.push(`${name}: ${error}`);
 *     throw error;
 *   }
 * }
 * const tracer: Hooks = {
 *   save: (context, next) => span(`${context.operation} ${context.topics.join()} (attempt ${context.attempt})`, next),
 *   read: (context, next) => span(`${context.operation} ${context.topics.join()}`, next),
 * };
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
 * const school = new DogSchool({ hooks: tracer }); // or hooks: [tracer, metrics], the outermost first
 * const dog = new Dog('Fido');
 * await school.save(dog);
 * await school.repository.get(Dog, dog.id);
 * console.log(spans); // [ 'save Dog.Registered (attempt 1): ok', 'repository.get Dog: ok' ]
 * ```
 */
export interface Hooks {
  /** Around the storing of events or of a snapshot. */
  save?(context: SaveContext, next: () => Promise<SaveResult>): Promise<unknown>;
  /** Around the reading of an aggregate, by its id, or of a part of the log. */
  read?(context: ReadContext, next: () => Promise<ReadResult>): Promise<unknown>;
  /** Around the processing of events of another application: the policy, and the storing of what follows. */
  process?(context: ProcessContext, next: () => Promise<ProcessResult>): Promise<unknown>;
  /** Gets to know of hooks of this object that failed after `next`. Unless given, they are written to the console. */
  onError?(error: HookError): void;
}

/** The hooks of an application, for what reads. */
export interface AroundReads {
  readonly hooks: HookChain;
  readonly application: string;
}

/** What a hook gets to know. */
export type HookContext = SaveContext | ReadContext | ProcessContext;

type Around<C, R> = (context: C, next: () => Promise<R>) => Promise<unknown>;

/** All the hooks of an application, in their order. */
export class HookChain {
  readonly #hooks: readonly Hooks[];

  constructor(hooks: readonly Hooks[]) {
    this.#hooks = hooks;
  }

  async save<T>(context: SaveContext, work: () => Promise<T>, resultOf: (done: T) => SaveResult): Promise<T> {
    return await this.#run((hooks) => hooks.save?.bind(hooks), context, work, resultOf);
  }

  async read<T>(context: ReadContext, work: () => Promise<T>, resultOf: (done: T) => ReadResult): Promise<T> {
    return await this.#run((hooks) => hooks.read?.bind(hooks), context, work, resultOf);
  }

  async process<T>(context: ProcessContext, work: () => Promise<T>, resultOf: (done: T) => ProcessResult): Promise<T> {
    return await this.#run((hooks) => hooks.process?.bind(hooks), context, work, resultOf);
  }

  async #run<C extends HookContext, T, R>(
    aroundOf: (hooks: Hooks) => Around<C, R> | undefined,
    context: C,
    work: () => Promise<T>,
    resultOf: (done: T) => R,
  ): Promise<T> {
    Object.freeze(context.aggregateIds);
    Object.freeze(context.topics);
    Object.freeze(context);
    const through = this.#hooks.reduceRight<() => Promise<T>>((inner, hooks) => {
      const around = aroundOf(hooks);
      return around === undefined ? inner : () => runAround(around, hooks, context, inner, resultOf);
    }, work);
    return await through();
  }
}

async function runAround<C extends HookContext, T, R>(
  around: Around<C, R>,
  hooks: Hooks,
  context: C,
  inner: () => Promise<T>,
  resultOf: (done: T) => R,
): Promise<T> {
  const { application, operation } = context;
  let running: Promise<T> | undefined;
  let isOver = false;
  const run = async (): Promise<R> => {
    if (isOver || running !== undefined) {
      const fault = running === undefined ? 'after it had returned' : 'twice';
      throw new HookError(`A hook around ${operation} of ${application} has called next ${fault}.`, context);
    }
    running = inner();
    return resultOf(await running);
  };
  const next = () => {
    const result = run();
    // A hook may leave it at that: what fails is seen to below, and is no unhandled rejection.
    result.catch(() => undefined);
    return result;
  };
  let failure: { readonly cause: unknown } | undefined;
  try {
    await around(context, next);
  } catch (cause) {
    failure = { cause };
  }
  isOver = true;
  if (running === undefined) {
    if (failure !== undefined) throw failure.cause;
    throw new HookError(
      `A hook around ${operation} of ${application} has not called next, so nothing was done. It has to call next, or to ` +
        'throw the reason why not.',
      context,
    );
  }
  const reportFailure = (outcome: string) => {
    if (failure === undefined) return;
    const { cause } = failure;
    const reason = cause instanceof Error ? cause.message : String(cause);
    report(
      new HookError(
        `A hook around ${operation} of ${application} failed after next, which ${outcome}: ${reason}`,
        context,
        {
          cause,
        },
      ),
      hooks.onError?.bind(hooks),
    );
  };
  let done: T;
  try {
    done = await running;
  } catch (error) {
    if (failure?.cause !== error) reportFailure('had failed by itself');
    throw error;
  }
  reportFailure('had succeeded');
  return done;
}
