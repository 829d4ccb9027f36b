import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';

const source = (file: string) => fileURLToPath(new URL(`../../../code/src/${file}`, import.meta.url));

async function bundle(code: string, options: { minify?: boolean; format?: 'iife' | 'esm' } = {}): Promise<string> {
  const result = await build({
    stdin: { contents: code, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    alias: {
      eventsourcing: source('index.ts'),
      'eventsourcing/compression': source('compression/index.ts'),
      'eventsourcing/crypto': source('crypto/index.ts'),
    },
    bundle: true,
    write: false,
    platform: 'neutral',
    target: 'es2022',
    format: options.format ?? 'iife',
    minify: options.minify ?? false,
    logLevel: 'error',
  });
  return result.outputFiles[0]?.text ?? '';
}

const dogSchool = `
  import { Aggregate, Application, event, NAMESPACE_URL, uuid5, VersionConflictError } from 'eventsourcing';

  @event('Dog.Registered', 'name')
  class Dog extends Aggregate {
    readonly tricks: string[] = [];
    constructor(readonly name: string) { super(); }
    @event('TrickAdded', 'trick')
    addTrick(trick: string) { this.tricks.push(trick); }
    @event('PhotoTaken', 'photo')
    takePhoto(photo: Uint8Array) { return photo; }
  }
  class DogSchool extends Application { static aggregates = [Dog]; }

  globalThis.finished = (async () => {
    // A minifier may give the class a name that no table can have.
    const school = new DogSchool({ name: 'DogSchool' });
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    dog.takePhoto(new Uint8Array([1, 2, 3]));
    await school.save(dog);
    const [one, two] = await Promise.all([school.repository.get(Dog, dog.id), school.repository.get(Dog, dog.id)]);
    one.addTrick('roll over');
    two.addTrick('bark');
    await school.save(one);
    const error = await school.save(two).catch((caught) => caught);
    const copy = await school.repository.get(Dog, dog.id);
    const types = (await school.notificationLog.select()).map((n) => n.type);
    return JSON.stringify({
      tricks: copy.tricks, isDog: copy instanceof Dog, types, name: uuid5(NAMESPACE_URL, 'x').length,
      error: [error.name, error.code, error instanceof VersionConflictError, String(error).slice(0, 30)],
    });
  })();
`;

describe.each([{ minify: false }, { minify: true }])('the library, bundled for a browser with %o', ({ minify }) => {
  test('runs where there is no Node, no crypto.subtle and no crypto.randomUUID', async () => {
    const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
    // What a Worker of an opaque origin has, as far as the library needs any of it.
    const sandbox = { crypto: { getRandomValues }, TextEncoder, TextDecoder, btoa, atob, finished: undefined };
    const context = createContext(sandbox);
    runInContext(await bundle(dogSchool, { minify }), context);
    const result: unknown = await sandbox.finished;
    expect(JSON.parse(String(result))).toEqual({
      tricks: ['sit', 'roll over'],
      isDog: true,
      types: ['Dog.Registered', 'Dog.TrickAdded', 'Dog.PhotoTaken', 'Dog.TrickAdded'],
      name: 36,
      error: [
        'VersionConflictError',
        'ES_VERSION_CONFLICT',
        true,
        expect.stringContaining('VersionConflictError: Version '),
      ],
    });
  });
});

const secrets = `
  import { Aggregate, Application, event, memory } from 'eventsourcing';
  import { zlib } from 'eventsourcing/compression';
  import { aesGcm, createKey } from 'eventsourcing/crypto';

  @event('Page.Written', 'body')
  class Page extends Aggregate {
    constructor(readonly body: string) { super(); }
  }
  class Wiki extends Application { static aggregates = [Page]; }

  globalThis.finished = (async () => {
    const store = memory();
    const cipher = aesGcm({ keys: { k: createKey() } });
    const wiki = new Wiki({
      store, name: 'wiki', cipher, compressor: zlib(), snapshots: { every: 1 }, cache: { maxSize: 1 },
    });
    const page = new Page('work '.repeat(200));
    await wiki.save(page);
    const [stored] = await store.recorder('wiki').select(page.id);
    wiki.repository.evict(page.id);
    const copy = await wiki.repository.get(Page, page.id);
    return JSON.stringify([copy.body.length, stored.state.length < 200, (await wiki.snapshots.all(page.id)).length]);
  })();
`;

test('ciphers and compressors run there too', async () => {
  const getRandomValues = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);
  const sandbox = { crypto: { getRandomValues }, TextEncoder, TextDecoder, btoa, atob, finished: undefined };
  runInContext(await bundle(secrets, { minify: true }), createContext(sandbox));
  const result: unknown = await sandbox.finished;
  expect(JSON.parse(String(result))).toEqual([1000, true, 1]);
});

describe('the size of the library', () => {
  test('is small, when all of it is used', async () => {
    const all = await bundle(`export * from 'eventsourcing'`, { minify: true, format: 'esm' });
    // Besides aggregates and applications: versions, snapshots, the cache, environment variables, the functional style,
    // hooks, what can be forgotten, and sources of times and ids. To find what would be wrong without a word takes a fifth
    // of it: undoing refused commands, with what reads the source of classes (2,000 bytes), checking events as such and
    // look-ups and keeping apart what is given out (3,800), misspelt variables (900) and other copies of the library (500).
    // Applications that follow others are 2,800 of them, and what keeps projections in memory is 1,900.
    expect(gzipSync(all).length).toBeLessThan(41_500);
  });

  test('is that of what is used', async () => {
    const ids = await bundle(`export { uuid5 } from 'eventsourcing'`, { minify: true, format: 'esm' });
    expect(ids).toContain('uuid5');
    expect(ids.length).toBeLessThan(4_000);
    const classes = await bundle(dogSchool, { minify: true });
    expect(classes).toContain('ES_VERSION_CONFLICT');
    expect(classes).not.toContain('evolve');
    const nothing = await bundle(`import 'eventsourcing'`, { minify: true, format: 'esm' });
    expect(nothing).toBe('');
  });
});
