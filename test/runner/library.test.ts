import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRequest } from '../../src/runner/runner.ts';
import { launchChromium } from '../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../browser-support/server.ts';
import { lines } from './outcome.ts';
import type { Outcome } from './page/page.ts';
import { program, source } from './programs.ts';
import { testSite } from './support.ts';

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
for (const { name, run } of recorderCases({ create, batchSize: 10 })) {
  try {
    await run();
    passed += 1;
  } catch (error) {
    console.log(name, error.message);
  }
}
console.log(passed > 10);
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

describe('a part of the library', () => {
  test('is loaded by the first program that imports it, and only then', async () => {
    const fresh = await open();
    server.requests.length = 0;
    await run({ program: program(DOG) }, fresh);
    expect(partsOf(server.requests)).toEqual(['eventsourcing.js']);
    for (let time = 0; time < 2; time++) await run({ program: program(SECRETS) }, fresh);
    expect(partsOf(server.requests)).toEqual(['compression.js', 'crypto.js', 'eventsourcing.js']);
    await fresh.close();
  });

  test('that does not exist is refused, with those that do', async () => {
    const [line = ''] = lines(await run({ source: source("import { mongo } from 'eventsourcing/mongo';\nmongo();") }));
    expect(line).toMatch(/^f1:1:\d+ CompileError: There is no module 'eventsourcing\/mongo' here\./);
    expect(line).toContain("'eventsourcing/crypto'");
  });
});
