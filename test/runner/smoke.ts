import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRequest } from '../../src/runner/runner.ts';
import { serveFiles, type TestServer } from '../browser-support/server.ts';
import { lines } from './outcome.ts';
import type { Outcome } from './page/page.ts';
import { program, source } from './programs.ts';
import { testSite } from './support.ts';

/** What the smoke tests need of a browser. */
export interface Engine {
  open(url: string): Promise<void>;
  run(request: RunRequest, stopAfterMs?: number): Promise<Outcome>;
  close(): Promise<void>;
}

/** What has to work in every engine; Chromium is tested more closely elsewhere. */
export function smokeTests(launch: () => Promise<Engine>): void {
  let engine: Engine;
  let server: TestServer;

  beforeAll(async () => {
    // Once with a stand-in for the library, and once with the library itself.
    server = await serveFiles(new Map([...(await testSite()), ...(await testSite('/library/', {}))]));
    engine = await launch();
    await engine.open(`${server.origin}/`);
  });

  afterAll(async () => {
    await engine?.close();
    await server?.close();
  });

  async function expectNextRunWorks() {
    expect(lines(await engine.run({ program: program("console.log('next')") }))).toEqual(['log next']);
  }

  test('a run prints what it prints in Chromium', async () => {
    const outcome = await engine.run({
      program: program(
        "import { answer, Application } from 'eventsourcing';\nsetTimeout(() => console.log('late'), 30);\nconsole.log('one', { answer }, new Application(), new TypeError('shown'));",
        'answer + 1 //=> 43\nnew Application().save(1);',
      ),
    });
    expect(outcome.status).toBe('done');
    expect(lines(outcome)).toEqual([
      'log one { answer: 42 } Application { stored: [] } [TypeError: shown]',
      'log late',
      'show 43',
      'notice A save was still pending when this snippet ended: did you forget `await`?',
    ]);
  });

  test('edited code is compiled, decorators and all', async () => {
    const code =
      'function twice(method: () => number) { return function (this: object) { return method.call(this) * 2; }; }\nclass A { @twice two(): number { return 2; } }\nnew A().two() //=> 4';
    expect(lines(await engine.run({ source: source(code) }))).toEqual(['show 4']);
  });

  test('errors are found at their lines', async () => {
    const thrown = await engine.run({
      program: program("function broken() {\n  throw new TypeError('no');\n}", 'broken();'),
    });
    expect(thrown.status).toBe('error');
    expect(thrown.events.at(-1)).toMatchObject({
      error: { name: 'TypeError', message: 'no', at: { fence: 'f1', line: 2 }, fence: 'f2' },
    });
    const rejected = await engine.run({
      program: program("Promise.reject(new Error('no'));\nawait new Promise(() => {});"),
    });
    expect(rejected.events.at(-1)).toMatchObject({ error: { message: 'no', at: { fence: 'f1', line: 1 } } });
    const wrong = await engine.run({ source: source('const a = 1;\nconst b = ;') });
    expect(wrong.events).toMatchObject([{ error: { name: 'SyntaxError', at: { fence: 'f1', line: 2, column: 11 } } }]);
    await expectNextRunWorks();
  });

  test('tests run', async () => {
    const outcome = await engine.run({
      program: program("import { expect, test } from 'vitest';\ntest('good', () => expect([1]).toEqual([1]));"),
    });
    expect(lines(outcome)).toEqual(['log ✓ good', 'test pass good', 'log 1 passed']);
  });

  test('stop, loop and flood end, and the next run works', async () => {
    expect(await engine.run({ program: program('for (;;);') }, 300)).toMatchObject({ status: 'stopped' });
    await expectNextRunWorks();
    expect(lines(await engine.run({ program: program('for (;;);') }))).toEqual([
      expect.stringContaining('Stopped [RUN_LOOP]'),
    ]);
    await expectNextRunWorks();
    const flood = await engine.run({ program: program("for (;;) console.log('again');") });
    expect(lines(flood).at(-1)).toContain('Stopped [RUN_FLOOD]');
    await expectNextRunWorks();
  });

  test('nothing reaches the site or the network', async () => {
    await expectNextRunWorks(); // the runner's own files are there from here on
    server.requests.length = 0;
    const compiled = program('await null;');
    const attempt = (code: string) =>
      engine.run({
        program: {
          ...compiled,
          modules: compiled.modules.map((module) => ({
            ...module,
            code: module.code.replace(
              'await null;',
              `const SITE = ${JSON.stringify(`${server.origin}/`)};
               const nested = (code) => new Promise((resolve, reject) => {
                 const text = 'const SITE = ' + JSON.stringify(SITE) + ';(async () => ' + code + ')().then(' +
                   '() => postMessage("reached"), (error) => postMessage("refused " + error))';
                 const worker = new Worker(URL.createObjectURL(new Blob([text])));
                 worker.onmessage = ({ data }) => (data === 'reached' ? resolve(data) : reject(data));
                 worker.onerror = (event) => reject('worker: ' + event.message);
               });
               try { console.log('REACHED', await (async () => { ${code} })()); }
               catch (error) { console.log('refused', String(error)); }`,
            ),
          })),
        },
      });
    for (const code of [
      'return localStorage.length',
      'return document.cookie',
      'return await fetch(SITE)',
      'return await import(SITE + "page.js")',
      'importScripts(SITE + "page.js")',
      'return (0, eval)("1")',
      'return await nested("fetch(SITE)")',
      'return await nested(\'importScripts(SITE + "page.js")\')',
      'return await nested(\'new Promise((resolve, reject) => { const open = indexedDB.open("x"); open.onsuccess = resolve; open.onerror = reject; })\')',
    ]) {
      const [line = ''] = lines(await attempt(code));
      // Firefox now and then leaves a Worker without a word while it starts one of its own: then the run is ended.
      const refused = code.includes('nested(') ? /: (log refused|Stopped \[RUN_LOOP\])/ : /: log refused/;
      expect(`${code}: ${line}`).toMatch(refused);
    }
    expect(server.requests).toEqual([]);
  });

  describe('the library', () => {
    beforeAll(() => engine.open(`${server.origin}/library/`));

    test.each([
      ['memory', 'memory()', "import { memory } from 'eventsourcing';"],
      ['sqlite', "sqlite('dogs.db')", "import { sqlite } from 'eventsourcing/sqlite';"],
      ['postgres', "postgres('postgres://localhost/dogs')", "import { postgres } from 'eventsourcing/postgres';"],
    ])('keeps what it encrypts and compresses on %s', async (_, store, importing) => {
      for (let time = 0; time < 2; time++) {
        const outcome = await engine.run({ program: program(`${importing}${KEEPING.replace('STORE', store)}`) });
        expect(lines(outcome)).toEqual(["log Fido [ 'sit' ] ES_VERSION_CONFLICT 2"]);
        expect(outcome.status).toBe('done');
      }
    });
  });
}

/** A program on a store that is put in its place. */
const KEEPING = `
import { Aggregate, Application, event } from 'eventsourcing';
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey } from 'eventsourcing/crypto';

@event('Dog.Registered', 'name')
class Dog extends Aggregate {
  readonly tricks: string[] = [];
  constructor(readonly name: string) { super(); }
  @event('TrickAdded', 'trick')
  addTrick(trick: string) { this.tricks.push(trick); }
}
class DogSchool extends Application { static aggregates = [Dog]; }

const store = STORE;
const school = new DogSchool({ store, cipher: aesGcm({ keys: { k: createKey() } }), compressor: zlib() });
const dog = new Dog('Fido');
await school.save(dog);
const late = await school.repository.get(Dog, dog.id);
dog.addTrick('sit');
await school.save(dog);
late.addTrick('bark');
const code = await school.save(late).catch((error) => error.code);
const { name, tricks } = await school.repository.get(Dog, dog.id);
console.log(name, tricks, code, await store.recorder('DogSchool').maxNotificationId());
`;
