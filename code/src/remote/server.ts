import { type Application, ArgumentError, EventSourcingError, type LogRange } from '../index.ts';
import { streamOf } from './stream.ts';
import { toWire, type WireSection } from './wire.ts';

/** How a log is served. */
export interface ServeOptions {
  /**
   * Decides who may read: true, or false for an answer of 401, or an answer of your own. There is no default, since a log tells
   * everything.
   */
  readonly authorize: (request: Request) => boolean | Response | Promise<boolean | Response>;
  /** How many notifications one section has at most; 100 unless given. */
  readonly sectionSize?: number;
  /** After how many milliseconds a stream looks for what other processes have stored; 1,000 unless given. */
  readonly pollInterval?: number;
}

/**
 * Serves the notification log of an application over HTTP: a function from a `Request` to a `Response`, for whatever server you
 * have. Notifications are given out as they are stored, so what is encrypted stays so, and whoever reads them needs the key.
 *
 * - `GET …?start=1&limit=100` answers with a section, which has a link to the next one. `stop` is the greatest id, and `topic`,
 *   which may be there several times, a type of events.
 * - With `Accept: text/event-stream`, notifications are sent as they are stored, from `start` or after `Last-Event-ID` on.
 *
 * @throws {ArgumentError} if an option can't be right.
 * @example
 * ```ts
 * import { Aggregate, Application, event } from 'eventsourcing';
 * import { serveLog } from 'eventsourcing/remote';
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
 * await school.save(new Dog('Fido'));
 * const serve = serveLog(school, { authorize: ({ headers }) => headers.get('Authorization') === 'Bearer 42' });
 *
 * const refused = await serve(new Request('https://dogs.example/log'));
 * const answer = await serve(new Request('https://dogs.example/log', { headers: { Authorization: 'Bearer 42' } }));
 * console.log(refused.status, (await answer.json()).items.length); // 401 1
 * ```
 */
export function serveLog(application: Application, options: ServeOptions): (request: Request) => Promise<Response> {
  const { authorize, sectionSize = 100, pollInterval = 1_000 } = options;
  if (typeof authorize !== 'function') {
    throw new ArgumentError('serveLog needs the option authorize, which decides who may read: a log tells everything.');
  }
  for (const [name, value] of Object.entries({ sectionSize, pollInterval })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ArgumentError(`The option ${name} of serveLog must be a whole number from 1, not ${value}.`);
    }
  }
  return async (request) => {
    try {
      if (request.method !== 'GET')
        return refusal(405, `A log is only read: use GET, not ${request.method}.`, { Allow: 'GET' });
      const isAuthorized = await authorize(request);
      if (isAuthorized instanceof Response) return isAuthorized;
      if (isAuthorized !== true) return refusal(401, 'This log is not for everybody.');
      const range = rangeOf(request, sectionSize);
      if (request.headers.get('Accept')?.includes('text/event-stream')) {
        return streamOf(application, range, { pollInterval, signal: request.signal });
      }
      return json(200, await sectionOf(application, range));
    } catch (error) {
      // What was wrong with the request, its sender is told. What is wrong here is for those who look after it.
      if (error instanceof ArgumentError) return refusal(400, error.message);
      console.error(error);
      return refusal(
        500,
        error instanceof EventSourcingError ? `The log can't be read now (${error.code}).` : 'An error.',
      );
    }
  };
}

async function sectionOf({ notificationLog }: Application, range: LogRange): Promise<WireSection> {
  // Before the items, so that a reader who gets fewer than there are by then asks again.
  const lastId = await notificationLog.lastId();
  const items = await notificationLog.stored(range);
  const last = items.at(-1)?.id;
  const query = new URLSearchParams({ start: String((last ?? 0) + 1), limit: String(range.limit) });
  if (range.stop !== undefined) query.set('stop', String(range.stop));
  for (const topic of range.topics ?? []) query.append('topic', topic);
  const isFull = last !== undefined && items.length === range.limit;
  return { log: notificationLog.name, lastId, items: items.map(toWire), next: isFull ? `?${query}` : null };
}

/** @throws {ArgumentError} if a number is none. */
function rangeOf(request: Request, sectionSize: number): LogRange {
  const { searchParams } = new URL(request.url);
  const number = (name: string, text: string | null): number | undefined => {
    if (text === null) return undefined;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new ArgumentError(
      `The parameter ${name} of a log must be a whole number from 0, not ${JSON.stringify(text)}.`,
    );
  };
  const seen = number('Last-Event-ID', request.headers.get('Last-Event-ID'));
  const topics = searchParams.getAll('topic');
  return {
    start: seen === undefined ? (number('start', searchParams.get('start')) ?? 1) : seen + 1,
    stop: number('stop', searchParams.get('stop')),
    limit: Math.min(number('limit', searchParams.get('limit')) ?? sectionSize, sectionSize),
    topics: topics.length === 0 ? undefined : topics,
  };
}

function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  return json(status, { error }, headers);
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers },
  });
}
