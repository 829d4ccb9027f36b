import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ForgottenError, memory, StoreError } from 'eventsourcing';
import { aesGcm, createKey } from 'eventsourcing/crypto';
import { remoteLog, serveLog } from 'eventsourcing/remote';
import { Runner, System } from 'eventsourcing/system';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../patience.ts';
import { Account, Accounts, Credited, Ledgers } from '../support/accounts.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';

const URL_OF_LOG = 'https://bank.example/log';
const everybody = { authorize: () => true };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function credited(accounts: Accounts, count: number) {
  const account = new Account('Ada');
  for (let amount = 1; amount <= count; amount++) account.credit(amount);
  await accounts.save(account);
  return account;
}

/** A real server, on a port of its own. */
async function listening(serve: (request: Request) => Promise<Response>): Promise<string> {
  const server = createServer(async (incoming, outgoing) => {
    const leaving = new AbortController();
    outgoing.on('close', () => leaving.abort());
    const headers = new Headers();
    for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
    const { method = 'GET' } = incoming;
    const response = await serve(
      new Request(`http://localhost${incoming.url}`, { method, headers, signal: leaving.signal }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    try {
      for await (const chunk of response.body ?? []) outgoing.write(chunk);
    } catch {
      // The client has gone.
    }
    outgoing.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/log`;
}

describe('a served log', () => {
  test('is read in sections that are linked, as it is stored', async () => {
    const accounts = new Accounts();
    const account = await credited(accounts, 4);
    const serve = serveLog(accounts, { ...everybody, sectionSize: 2 });
    const bodies = [];
    for (let next: string | null = ''; next !== null; ) {
      const response: Response = await serve(new Request(new URL(next, URL_OF_LOG)));
      expect(response.headers.get('Content-Type')).toBe('application/json');
      const body = await response.json();
      bodies.push(body);
      next = body.next;
    }
    expect(bodies.map(({ log, lastId, items }) => [log, lastId, items.map(({ id }: { id: number }) => id)])).toEqual([
      ['Accounts', 5, [1, 2]],
      ['Accounts', 5, [3, 4]],
      ['Accounts', 5, [5]],
    ]);
    expect(bodies[0].items[1]).toEqual({
      id: 2,
      aggregateId: account.id,
      version: 2,
      topic: 'Account.Credited',
      state: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
    });
    expect(Object.keys(JSON.parse(atob(bodies[0].items[1].state)))).toEqual(['timestamp', 'payload']);
  });

  test('is selected by ids and types', async () => {
    const accounts = new Accounts();
    await credited(accounts, 4);
    const serve = serveLog(accounts, everybody);
    const ids = async (query: string) => {
      const { items } = await (await serve(new Request(`${URL_OF_LOG}?${query}`))).json();
      return items.map(({ id }: { id: number }) => id);
    };
    expect(await ids('start=2&stop=3')).toEqual([2, 3]);
    expect(await ids('limit=2')).toEqual([1, 2]);
    expect(await ids('limit=0')).toEqual([]);
    expect(await ids('topic=Account.Opened&topic=Account.Renamed')).toEqual([1]);
    expect(await ids('start=99')).toEqual([]);
  });

  const wrong: readonly [string, RequestInit & { query?: string }, number, RegExp][] = [
    ['another method', { method: 'POST' }, 405, /use GET, not POST/],
    ['a start that is none', { query: '?start=-1' }, 400, /parameter start .* not "-1"/],
    ['a limit that is none', { query: '?limit=1e3' }, 400, /parameter limit .* not "1e3"/],
    ['an id of an event that is none', { headers: { 'Last-Event-ID': 'x' } }, 400, /Last-Event-ID .* not "x"/],
  ];
  test.each(wrong)('answers %s with what is wrong', async (_, { query = '', ...init }, status, message) => {
    const serve = serveLog(new Accounts(), everybody);
    const response = await serve(new Request(URL_OF_LOG + query, init));
    expect(response.status).toBe(status);
    expect((await response.json()).error).toMatch(message);
  });

  test('asks its hook who may read', async () => {
    const authorize = vi.fn(async ({ headers }: Request) =>
      headers.get('X-Who') === 'teapot' ? new Response('', { status: 418 }) : headers.get('X-Who') === 'Ada',
    );
    const serve = serveLog(new Accounts(), { authorize });
    const statusFor = async (who: string) =>
      (await serve(new Request(URL_OF_LOG, { headers: { 'X-Who': who } }))).status;
    expect([await statusFor('Ada'), await statusFor('Mallory'), await statusFor('teapot')]).toEqual([200, 401, 418]);
    expect(errorOf(() => Reflect.apply(serveLog, undefined, [new Accounts(), {}])).message).toContain(
      'needs the option authorize',
    );
    expect(errorOf(() => serveLog(new Accounts(), { ...everybody, sectionSize: 0 })).code).toBe('ES_INVALID_ARGUMENT');
  });

  test('tells nobody what is wrong inside', async () => {
    const broken = memory().recorder('Accounts');
    broken.selectNotifications = () => Promise.reject(new StoreError('ES_STORE_UNAVAILABLE', 'secret host down'));
    const serve = serveLog(new Accounts({ store: { recorder: () => broken } }), everybody);
    const logged = vi.spyOn(console, 'error').mockReturnValue();
    const response = await serve(new Request(URL_OF_LOG));
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ error: "The log can't be read now (ES_STORE_UNAVAILABLE)." });
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
  });

  test('is streamed as it grows, and goes on where a reader was', async () => {
    const accounts = new Accounts();
    const account = await credited(accounts, 1);
    const serve = serveLog(accounts, { ...everybody, pollInterval: 60_000 });
    const leaving = new AbortController();
    const headers = { Accept: 'text/event-stream', 'Last-Event-ID': '1' };
    const response = await serve(new Request(URL_OF_LOG, { headers, signal: leaving.signal }));
    expect(response.headers.get('Content-Type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const idOf = async () => /^id: (\d+)\ndata: \{.*\}\n\n$/.exec((await reader?.read())?.value ?? '')?.[1];
    expect(await idOf()).toBe('2');
    const waiting = idOf();
    account.credit(2);
    await accounts.save(account);
    expect(await waiting).toBe('3');
    leaving.abort();
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('a remote log', () => {
  test('is followed like one that is here, section by section', async () => {
    const store = memory();
    const accounts = new Accounts({ store });
    await credited(accounts, 25);
    const fetch = serveLog(accounts, { ...everybody, sectionSize: 4 });
    const remote = new Accounts({ store: remoteLog(URL_OF_LOG, { fetch }) });
    const ledgers = new Ledgers();
    await ledgers.catchUp(remote);
    expect((await ledgers.main()).entries).toHaveLength(25);
    expect(await ledgers.position('Accounts')).toBe(26);
    expect(await remote.notificationLog.select()).toEqual(await accounts.notificationLog.select());
    expect(await remote.notificationLog.lastId()).toBe(26);
  });

  test('carries what is encrypted as it is: only who has the key can read it', async () => {
    const key = createKey();
    const cipher = aesGcm({ keys: { '1': key } });
    const accounts = new Accounts({ cipher });
    await credited(accounts, 3);
    const served: string[] = [];
    const serve = serveLog(accounts, everybody);
    const fetch = async (request: Request) => {
      const response = await serve(request);
      served.push(await response.clone().text());
      return response;
    };
    const remote = (its: typeof cipher) => new Accounts({ store: remoteLog(URL_OF_LOG, { fetch }), cipher: its });
    expect(await remote(aesGcm({ keys: { '1': key } })).notificationLog.select()).toHaveLength(4);
    const error = await rejectionOf(remote(aesGcm({ keys: { '1': createKey() } })).notificationLog.select());
    expect(error.code).toBe('ES_DECRYPTION');
    const [body = '{}'] = served;
    for (const { state } of JSON.parse(body).items) expect(atob(state)).not.toContain('timestamp');
    expect(error).not.toBeInstanceOf(ForgottenError);
  });

  test('wakes a runner over HTTP when something is stored there', async () => {
    const accounts = new Accounts();
    const url = await listening(serveLog(accounts, everybody));
    const store = remoteLog(url, { headers: () => ({ Authorization: 'Bearer 42' }) });
    const runner = new Runner(new System([[Accounts, Ledgers]]), {
      pollInterval: 600_000,
      options: (name) => (name === 'Accounts' ? { store } : {}),
    });
    closing.push(
      async () => store.close?.(),
      () => runner.stop(),
    );
    await runner.start();
    await credited(accounts, 3);
    await vi.waitFor(async () => expect((await runner.get(Ledgers).main()).sum).toBe(6), { timeout: PATIENCE_MS });
    await credited(accounts, 4);
    await vi.waitFor(async () => expect((await runner.get(Ledgers).main()).sum).toBe(16), { timeout: PATIENCE_MS });
  });

  test('can only be followed', async () => {
    const fetch = serveLog(new Accounts(), everybody);
    const remote = new Accounts({ store: remoteLog(URL_OF_LOG, { fetch }) });
    const account = new Account('Ada');
    const refused = [remote.save(account), remote.repository.get(Account, account.id)];
    for (const error of await Promise.all(refused.map(rejectionOf))) {
      expect(error).toMatchObject({ code: 'ES_STORE_READ_ONLY' });
      expect(error.message).toContain('can only be followed');
    }
  });

  const answers: readonly [string, () => Promise<Response>, string, RegExp][] = [
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('fetch failed')),
      'ES_STORE_UNAVAILABLE',
      /can't be read: fetch failed/,
    ],
    [
      'is refused',
      async () => Response.json({ error: 'Not you.' }, { status: 401 }),
      'ES_STORE_FAILED',
      /\(401\)\. Not you\./,
    ],
    ['is broken', async () => Response.json({}, { status: 503 }), 'ES_STORE_UNAVAILABLE', /\(503\)/],
    ['is no log', async () => Response.json({ hello: 'world' }), 'ES_STORE_CONTRACT', /no section of a log/],
    ['is no JSON', async () => new Response('<html>'), 'ES_STORE_UNAVAILABLE', /can't be read/],
    ['is another log', async () => section('Others', []), 'ES_STORE_CONTRACT', /is that of Others/],
    [
      'has items that are none',
      async () => section('Accounts', [{ id: 1 }]),
      'ES_STORE_CONTRACT',
      /a notification that is none/,
    ],
    ['is out of order', async () => section('Accounts', [item(2), item(1)]), 'ES_STORE_CONTRACT', /out of order/],
  ];
  test.each(answers)('that %s is an error that says so', async (_, fetch, code, message) => {
    const remote = new Accounts({ store: remoteLog(URL_OF_LOG, { fetch }) });
    const error = await rejectionOf(remote.notificationLog.select());
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('that does not answer is given up', async () => {
    const fetch = ({ signal }: Request) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const remote = new Accounts({ store: remoteLog(URL_OF_LOG, { fetch, timeout: 20 }) });
    expect((await rejectionOf(remote.notificationLog.select())).code).toBe('ES_STORE_UNAVAILABLE');
  });

  test('needs a URL and a time', () => {
    expect(errorOf(() => remoteLog('bank')).message).toContain('needs a URL');
    expect(errorOf(() => remoteLog(URL_OF_LOG, { timeout: 0 })).message).toContain('whole milliseconds from 1');
    expect(Credited.type).toBe('Credited');
  });
});

function section(log: string, items: readonly object[]): Response {
  return Response.json({ log, lastId: items.length, items, next: null });
}

function item(id: number): object {
  return { id, aggregateId: 'a', version: id, topic: 'Account.Opened', state: '' };
}
