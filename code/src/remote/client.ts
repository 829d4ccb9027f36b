import {
  ArgumentError,
  type Coordinator,
  checkBounds,
  checkedLimit,
  type NotificationOptions,
  type Recorder,
  type Store,
  type StoredNotification,
  StoreError,
} from '../index.ts';
import { Listening, type ListeningSource } from './listening.ts';
import { readSection } from './wire.ts';

/** How to get at a log that is served somewhere else. */
export interface RemoteOptions {
  /** Sent with each request: who asks. A function is asked each time. */
  readonly headers?: Readonly<Record<string, string>> | (() => Readonly<Record<string, string>>);
  /** What sends requests; the global `fetch` unless given. To call a server in the same process, give it this one's function. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** For how many milliseconds an answer is waited for; 10,000 unless given. */
  readonly timeout?: number;
}

/**
 * The log of an application that is served by `serveLog`, as a store that is only read. Construct the application's class with it,
 * and with the key that its events are encrypted with, and follow that: its repository and `save` are not for use.
 *
 * @param url where the log is served.
 * @throws {ArgumentError} if this is no URL, or an option can't be right.
 * @example
 * ```ts
 * import { Aggregate, Application, event, on, policy, ProcessApplication } from 'eventsourcing';
 * import { remoteLog, serveLog } from 'eventsourcing/remote';
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
 * const greeted: string[] = [];
 * class Greeter extends ProcessApplication {
 *   static policy = policy(on(Registered, ({ payload }) => greeted.push(payload.name)));
 * }
 *
 * const school = new DogSchool();
 * const serve = serveLog(school, { authorize: () => true });
 *
 * const remote = new DogSchool({ store: remoteLog('https://dogs.example/log', { fetch: serve }) });
 * await school.save(new Dog('Fido'));
 * await new Greeter().catchUp(remote);
 * console.log(greeted); // [ 'Fido' ]
 * ```
 */
export function remoteLog(url: string, options: RemoteOptions = {}): Store {
  if (!URL.canParse(url))
    throw new ArgumentError(`A remote log needs a URL like https://dogs.example/log, not ${url}.`);
  const { timeout = 10_000 } = options;
  if (!Number.isSafeInteger(timeout) || timeout < 1) {
    throw new ArgumentError(`The timeout of a remote log must be whole milliseconds from 1, not ${timeout}.`);
  }
  const client = new Client(url, options, timeout);
  const recorders = new Map<string, RemoteRecorder>();
  const coordinator = new RemoteCoordinator(client);
  return {
    recorder(application) {
      const recorder = recorders.get(application) ?? new RemoteRecorder(client, application);
      recorders.set(application, recorder);
      return recorder;
    },
    coordinator,
    close: () => coordinator.close(),
  };
}

class Client implements ListeningSource {
  readonly url: string;
  readonly #options: RemoteOptions;
  readonly #timeout: number;

  constructor(url: string, options: RemoteOptions, timeout: number) {
    this.url = url;
    this.#options = options;
    this.#timeout = timeout;
  }

  async #send(url: URL, accept: string, signal: AbortSignal): Promise<Response> {
    const { headers = {}, fetch = (request: Request) => globalThis.fetch(request) } = this.#options;
    const own = typeof headers === 'function' ? headers() : headers;
    return await fetch(new Request(url, { headers: { ...own, Accept: accept }, signal }));
  }

  async head() {
    return await this.section(new URLSearchParams({ limit: '0' }));
  }

  async stream(lastId: number, signal: AbortSignal): Promise<Response> {
    const url = new URL(this.url);
    url.searchParams.set('start', String(lastId + 1));
    return await this.#send(url, 'text/event-stream', signal);
  }

  /** @param application the name that the application has here. */
  async section(query: URLSearchParams, application?: string) {
    const url = new URL(this.url);
    for (const [name, value] of query) url.searchParams.append(name, value);
    const from = `The log at ${url.origin}${url.pathname}`;
    let response: Response;
    let body: unknown;
    try {
      response = await this.#send(url, 'application/json', AbortSignal.timeout(this.#timeout));
      body = await response.json();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StoreError('ES_STORE_UNAVAILABLE', `${from} can't be read: ${reason}`, { cause });
    }
    if (!response.ok) {
      const said = typeof body === 'object' && body !== null && 'error' in body ? ` ${body.error}` : '';
      const code = response.status >= 500 ? 'ES_STORE_UNAVAILABLE' : 'ES_STORE_FAILED';
      throw new StoreError(code, `${from} refuses to be read (${response.status}).${said}`);
    }
    const section = readSection(body, from);
    if (application === undefined || section.log === application) return section;
    throw new StoreError(
      'ES_STORE_CONTRACT',
      `${from} is that of ${section.log}, and the application here is called ${application}. Positions are kept by name: ` +
        `construct it with { name: '${section.log}' }.`,
    );
  }
}

class RemoteRecorder implements Recorder {
  readonly #client: Client;
  readonly #application: string;

  constructor(client: Client, application: string) {
    this.#client = client;
    this.#application = application;
  }

  async selectNotifications(options: NotificationOptions = {}): Promise<StoredNotification[]> {
    const { start = 1, stop, topics } = options;
    checkBounds(start, stop);
    const limit = checkedLimit(options.limit);
    const found: StoredNotification[] = [];
    let next = Math.max(1, Math.ceil(start));
    // The server has sections of its own size.
    while (found.length < limit) {
      const query = new URLSearchParams({ start: String(next) });
      if (Number.isFinite(limit)) query.set('limit', String(limit - found.length));
      if (stop !== undefined && Number.isFinite(stop)) query.set('stop', String(Math.max(0, Math.floor(stop))));
      for (const topic of topics ?? []) query.append('topic', topic);
      const section = await this.#client.section(query, this.#application);
      found.push(...section.items.filter(({ id }) => id >= next));
      const last = section.items.at(-1);
      if (section.next === null || last === undefined) break;
      next = last.id + 1;
    }
    return found;
  }

  async maxNotificationId(): Promise<number> {
    return (await this.#client.section(new URLSearchParams({ limit: '0' }), this.#application)).lastId;
  }

  insert(): Promise<never> {
    return this.#refuse('written to');
  }

  select(): Promise<never> {
    return this.#refuse('asked for single aggregates');
  }

  async #refuse(what: string): Promise<never> {
    throw new StoreError(
      'ES_STORE_READ_ONLY',
      `The log of ${this.#application} at ${this.#client.url} can only be followed, not ${what}. Call the application where it runs.`,
    );
  }
}

/** Says when there's something new, as the server says so. Who follows is decided where followers keep their positions. */
class RemoteCoordinator implements Coordinator {
  readonly #client: Client;
  readonly #listening = new Set<Listening>();

  constructor(client: Client) {
    this.#client = client;
  }

  tryLease(): Promise<never> {
    throw new StoreError(
      'ES_STORE_READ_ONLY',
      `The log at ${this.#client.url} is only read, and no follower keeps its position there.`,
    );
  }

  hint(): void {
    // Nothing is stored here that others would have to be told of.
  }

  listen(listener: (log?: string) => void): () => void {
    const listening = new Listening(this.#client, listener);
    this.#listening.add(listening);
    return () => {
      listening.end();
      this.#listening.delete(listening);
    };
  }

  async close(): Promise<void> {
    for (const listening of this.#listening) listening.end();
    this.#listening.clear();
  }
}
