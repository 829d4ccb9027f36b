import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRequest } from '../../../src/runner/runner.ts';
import { launchChromium } from '../../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../../browser-support/server.ts';
import { lines } from '../outcome.ts';
import type { Outcome } from '../page/page.ts';
import { program, source } from '../programs.ts';
import { testSite } from '../support.ts';

/** The library as it is published, in the runner. */
let browser: Browser;
let server: TestServer;
let page: Page;

beforeAll(async () => {
  // Under a base path, as on many hosts.
  server = await serveFiles(await testSite('/some/base/', {}));
  browser = await launchChromium();
  page = await open();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function open(): Promise<Page> {
  const opened = await browser.newPage();
  await opened.goto(`${server.origin}/some/base/`);
  return opened;
}

function run(request: RunRequest, on: Page = page): Promise<Outcome> {
  return on.evaluate((what) => window.run(what), request);
}

/** The parts that were asked for, in the order of their names. */
const partsOf = (requests: readonly string[]) =>
  requests.flatMap((path) => path.split('/runner/lib/')[1] ?? []).sort((a, b) => (a < b ? -1 : 1));

const DOG = `
import { Aggregate, Application, event, memory } from 'eventsourcing';

@event('Dog.Registered', 'name')
class Dog extends Aggregate {
  constructor(readonly name: string) { super(); }
  @event('TrickAdded', 'trick')
  addTrick(trick: string) { return trick; }
}
class DogSchool extends Application { static aggregates = [Dog]; }
`;

const SECRETS = `${DOG}
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey } from 'eventsourcing/crypto';
import { CipherError } from 'eventsourcing';

const store = memory();
const cipher = aesGcm({ keys: { k: createKey() } });
const school = new DogSchool({ store, cipher, compressor: zlib() });
const dog = new Dog('Fido'.repeat(500));
await school.save(dog);
const [stored] = await store.recorder('DogSchool').select(dog.id);
console.log(stored.state.length < 200, (await school.repository.get(Dog, dog.id)).name.length);

const other = new DogSchool({ store, cipher: aesGcm({ keys: { k: createKey() } }), compressor: zlib() });
try {
  await other.repository.get(Dog, dog.id);
} catch (error) {
  console.log(error instanceof CipherError, error.code);
}
`;

const CONFORMANCE = `
import { MemoryRecorder } from 'eventsourcing';
import { recorderCases } from 'eventsourcing/testing';

const create = async (count: number) => {
  const recorder = new MemoryRecorder();
  return Array.from({ length: count }, () => recorder);
};
let passed = 0;
for (const { name, run } of recorderCases({ create, keepsPositions: true, batchSize: 10 })) {
  try {
    await run();
    passed += 1;
  } catch (error) {
    console.log(name, error.message);
  }
}
console.log(passed > 10);
`;

const TWO_STORES = `${DOG}
import { sqlite } from 'eventsourcing/sqlite';
import { StoreError, VersionConflictError } from 'eventsourcing';

const [first, second] = [sqlite('data/dogs.db'), sqlite('data/dogs.db')];
const dog = new Dog('Fido');
await new DogSchool({ store: first }).save(dog);
const school = new DogSchool({ store: second });
const [one, two] = [await school.repository.get(Dog, dog.id), await school.repository.get(Dog, dog.id)];
one.addTrick('sit');
two.addTrick('bark');
await school.save(one);
try {
  await school.save(two);
} catch (error) {
  console.log(error instanceof VersionConflictError, error.code);
}
await first.close();
await second.close();

const again = sqlite('data/dogs.db', { readOnly: true });
console.log((await again.recorder('DogSchool').selectNotifications()).map(({ topic }) => topic));
try {
  await new DogSchool({ store: again }).save(new Dog('Rex'));
} catch (error) {
  console.log(error instanceof StoreError, error.code);
}
console.log(await sqlite(':memory:').recorder('DogSchool').maxNotificationId());
try {
  sqlite('nothing.db', { readOnly: true });
} catch (error) {
  console.log(error.code, error.message);
}
`;

const SERVER = `${DOG}
import { postgres } from 'eventsourcing/postgres';
import { VersionConflictError } from 'eventsourcing';

const [store, same, other] = [
  postgres('postgres://localhost/dogs'),
  postgres('postgres://localhost/dogs', { poolSize: 2 }),
  postgres('postgres://localhost/cats', { schema: 'cats' }),
];
const school = new DogSchool({ store });
const dog = new Dog('Fido');
await school.save(dog);
const copy = await new DogSchool({ store: same }).repository.get(Dog, dog.id);
dog.addTrick('sit');
copy.addTrick('bark');
await school.save(dog);
try {
  await school.save(copy);
} catch (error) {
  console.log(error instanceof VersionConflictError, error.message);
}
console.log((await same.recorder('DogSchool').selectNotifications()).map(({ id }) => id));
console.log(await other.recorder('DogSchool').maxNotificationId());
await store.close();
try {
  await school.save(new Dog('Rex'));
} catch (error) {
  console.log(error.code, error.message);
}
console.log(new Date().getFullYear() > 2000, typeof process.versions);
`;

const FROM_ENV = `${DOG}
import { fromEnv } from 'eventsourcing';
import { postgresFromEnv } from 'eventsourcing/postgres';
import { sqliteFromEnv } from 'eventsourcing/sqlite';

const stores = { sqlite: sqliteFromEnv, postgres: postgresFromEnv };
for (const env of [
  { PERSISTENCE_MODULE: 'sqlite', SQLITE_DBNAME: 'dogs.db' },
  { PERSISTENCE_MODULE: 'postgres', POSTGRES_DBNAME: 'dogs', POSTGRES_POOL_SIZE: '2' },
  { PERSISTENCE_MODULE: 'postgres', POSTGRES_URL: 'dogs' },
]) {
  try {
    const options = fromEnv(DogSchool, env, { stores });
    await new DogSchool(options).save(new Dog('Fido'));
    console.log(await options.store.recorder('DogSchool').maxNotificationId());
  } catch (error) {
    console.log(error.code, error.variable);
  }
}
`;

test.each(['compiled before', 'compiled in the browser'])('ciphers and compressors work, %s', async (how) => {
  const outcome = await run(how === 'compiled before' ? { program: program(SECRETS) } : { source: source(SECRETS) });
  expect(lines(outcome)).toEqual(['log true 2000', 'log true ES_DECRYPTION']);
  expect(outcome.status).toBe('done');
});

test('the cases for recorders run, and what needs another package says so', async () => {
  const outcome = await run({ program: program(CONFORMANCE) });
  expect(lines(outcome)).toEqual([
    'log random scripts get the same answers as in memory ' +
      'This part of the library needs the package fast-check, which is not there in the browser. Use it in Node.',
    'log true',
  ]);
});

test('SQLite keeps files for as long as the run, for all its stores', async () => {
  for (let time = 0; time < 2; time++) {
    const outcome = await run({ program: program(TWO_STORES) });
    expect(lines(outcome)).toEqual([
      'log true ES_VERSION_CONFLICT',
      "log [ 'Dog.Registered', 'Dog.TrickAdded' ]",
      'log true ES_STORE_READ_ONLY',
      'log 0',
      expect.stringMatching(/^log ES_STORE_UNAVAILABLE The SQLite database nothing\.db failed: /),
    ]);
    expect(outcome.status).toBe('done');
  }
});

test('PostgreSQL runs, with a database for each that a URL names, gone after the run', async () => {
  for (let time = 0; time < 2; time++) {
    const outcome = await run({ program: program(SERVER) });
    expect(lines(outcome)).toEqual([
      expect.stringMatching(/^log true Version 2 of the aggregate .* cannot be stored: /),
      'log [ 1, 2 ]',
      'log 0',
      expect.stringMatching(
        /^log ES_STORE_CLOSED The store on The PostgreSQL database localhost\/dogs has been closed\.$/,
      ),
      'log true undefined',
    ]);
    expect(outcome.status).toBe('done');
  }
});

test('both are set up from environment variables', async () => {
  const outcome = await run({ program: program(FROM_ENV) });
  expect(lines(outcome)).toEqual(['log 1', 'log 1', 'log ES_ENVIRONMENT POSTGRES_URL']);
});

test('a run says what it waits for, and can be stopped meanwhile', async () => {
  const fresh = await open();
  const request = { program: program("import { postgres } from 'eventsourcing/postgres';\npostgres.length //=> 1") };
  const stagesOf = ({ events }: Outcome) =>
    events.flatMap((event) => (event.type === 'progress' ? [Object.values(event.progress).slice(0, 2).join(' ')] : []));
  const stopped = await fresh.evaluate((what) => window.run(what, 'progress'), request);
  expect(stopped.status).toBe('stopped');
  expect(stagesOf(stopped)[0]).toBe('loading PostgreSQL');
  const { events, status } = await run(request, fresh);
  expect(status).toBe('done');
  expect(stagesOf({ events, status }).slice(-2)).toEqual(['starting PostgreSQL', 'running']);
  const next = await run({ program: program("console.log('next')") }, fresh);
  expect(lines(next)).toEqual(['log next']);
  await fresh.close();
});

describe('a part of the library', () => {
  test('is loaded by the first program that imports it, and only then', async () => {
    const fresh = await open();
    server.requests.length = 0;
    await run({ program: program(DOG) }, fresh);
    expect(partsOf(server.requests)).toEqual(['eventsourcing.js']);
    for (let time = 0; time < 2; time++) await run({ program: program(SECRETS) }, fresh);
    expect(partsOf(server.requests)).toEqual(['compression.js', 'crypto.js', 'eventsourcing.js']);
    server.requests.length = 0;
    for (let time = 0; time < 2; time++) await run({ program: program(TWO_STORES) }, fresh);
    expect(partsOf(server.requests)).toEqual(['sqlite.js', expect.stringMatching(/^sqlite3\.wasm-[0-9a-f]+\.bin$/)]);
    await fresh.close();
  });

  test('that does not exist is refused, with those that do', async () => {
    const [line = ''] = lines(await run({ source: source("import { mongo } from 'eventsourcing/mongo';\nmongo();") }));
    expect(line).toMatch(/^f1:1:\d+ CompileError: There is no module 'eventsourcing\/mongo' here\./);
    expect(line).toContain("'eventsourcing/crypto'");
  });
});
