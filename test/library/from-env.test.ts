import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApplicationOptions,
  type Env,
  EnvironmentError,
  type EnvRegistry,
  envVariables,
  fromEnv,
  memory,
  type Store,
  uuid4,
} from 'eventsourcing';
import { zlibFromEnv } from 'eventsourcing/compression';
import { aesGcmFromEnv, createKey } from 'eventsourcing/crypto';
import { postgresFromEnv } from 'eventsourcing/postgres';
import { sqliteFromEnv } from 'eventsourcing/sqlite';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { aesGcmFromEnv as aesGcmFromEnvOnNode } from '../../code/src/crypto/node.ts';
import { Dog, DogSchool } from './dog.ts';
import { errorOf, rejectionOf } from './errors.ts';

const registry = {
  stores: { sqlite: sqliteFromEnv, postgres: postgresFromEnv },
  ciphers: { aesGcm: aesGcmFromEnv },
  compressors: { zlib: zlibFromEnv },
} satisfies EnvRegistry;

class App1 extends DogSchool {}
class App2 extends DogSchool {}

/** Options of an application in memory. */
function inMemory(env: Env, application: typeof DogSchool = DogSchool): ApplicationOptions {
  return fromEnv(application, { PERSISTENCE_MODULE: 'memory', ...env }, registry);
}

function environmentErrorOf(env: Env, given: EnvRegistry = registry): EnvironmentError {
  const error = errorOf(() => fromEnv(DogSchool, env, given));
  if (error instanceof EnvironmentError) return error;
  throw error;
}

/** Whether what one application has stored can be read by another. */
async function canRead(writer: ApplicationOptions, reader: ApplicationOptions): Promise<boolean> {
  const store = memory();
  const dog = new Dog('Fido');
  await new DogSchool({ ...writer, store }).save(dog);
  const [result] = await Promise.allSettled([new DogSchool({ ...reader, store }).repository.get(Dog, dog.id)]);
  return result.status === 'fulfilled';
}

describe('case 51: which value counts', () => {
  const [one, two] = [createKey(), createKey()];

  test('that with the name of the application is for it alone', async () => {
    const env = { APP1_CIPHER_KEY: one };
    const first = inMemory(env, App1);
    expect(await canRead(first, inMemory({ CIPHER_KEY: one }))).toBe(true);
    expect(inMemory(env, App2).cipher).toBeUndefined();
  });

  test('that with the name comes before the plain one', async () => {
    const options = inMemory({ APP1_CIPHER_KEY: one, CIPHER_KEY: two }, App1);
    expect(await canRead(options, inMemory({ CIPHER_KEY: one }))).toBe(true);
    expect(await canRead(options, inMemory({ CIPHER_KEY: two }))).toBe(false);
  });

  test('options of the constructor, then the environment, then the defaults of the class', () => {
    class School extends DogSchool {
      static env = { PERSISTENCE_MODULE: 'memory', NOTIFICATION_LOG_SECTION_SIZE: '30' };
    }
    const sizeOf = (env: Env | Env[], options: ApplicationOptions = {}) =>
      new School({ ...fromEnv(School, env, registry), ...options }).notificationLog.sectionSize;
    const env = { NOTIFICATION_LOG_SECTION_SIZE: '20' };
    expect(sizeOf({})).toBe(30);
    expect(sizeOf(env)).toBe(20);
    expect(sizeOf(env, { sectionSize: 5 })).toBe(5);
    expect(sizeOf([{ NOTIFICATION_LOG_SECTION_SIZE: '7' }, env])).toBe(7);
  });

  test('a plain one of a higher level comes before one with the name of a lower level', () => {
    class School extends DogSchool {
      static env = { PERSISTENCE_MODULE: 'memory', SCHOOL_NOTIFICATION_LOG_SECTION_SIZE: '30' };
    }
    const size = { NOTIFICATION_LOG_SECTION_SIZE: '20' };
    expect(fromEnv(School, size, registry).sectionSize).toBe(20);
    expect(fromEnv(School, [size, { SCHOOL_NOTIFICATION_LOG_SECTION_SIZE: '7' }], registry).sectionSize).toBe(20);
  });

  test('an empty one counts as not set', () => {
    expect(inMemory({ DOGSCHOOL_NOTIFICATION_LOG_SECTION_SIZE: '', NOTIFICATION_LOG_SECTION_SIZE: '4' })).toMatchObject(
      {
        sectionSize: 4,
      },
    );
    expect(environmentErrorOf({ PERSISTENCE_MODULE: '' }).variable).toBe('PERSISTENCE_MODULE');
  });

  test('a name that is given is the prefix, and that of the application', () => {
    const options = fromEnv(DogSchool, { DOG_SCHOOL_NOTIFICATION_LOG_SECTION_SIZE: '3' }, { name: 'dog-school' });
    expect(options).toEqual({ name: 'dog-school', sectionSize: 3 });
  });
});

describe('case 52: what cannot be right is named, with its value', () => {
  const sqliteEnv = { PERSISTENCE_MODULE: 'sqlite', SQLITE_DBNAME: ':memory:' };
  const postgresEnv = { PERSISTENCE_MODULE: 'postgres', POSTGRES_DBNAME: 'dogs' };
  test.each<[string, string, Env]>([
    ['a boolean', 'IS_SNAPSHOTTING_ENABLED', { IS_SNAPSHOTTING_ENABLED: 'maybe' }],
    ['another', 'AGGREGATE_CACHE_FASTFORWARD', { AGGREGATE_CACHE_FASTFORWARD: '2' }],
    ['an integer', 'AGGREGATE_CACHE_MAXSIZE', { AGGREGATE_CACHE_MAXSIZE: 'many' }],
    ['one that is too small', 'NOTIFICATION_LOG_SECTION_SIZE', { NOTIFICATION_LOG_SECTION_SIZE: '0' }],
    ['a fraction', 'SQLITE_BUSY_TIMEOUT', { ...sqliteEnv, SQLITE_BUSY_TIMEOUT: '0.5' }],
    ['one that is too great', 'POSTGRES_PORT', { ...postgresEnv, POSTGRES_PORT: '65536' }],
    ['a word', 'SQLITE_SYNCHRONOUS', { ...sqliteEnv, SQLITE_SYNCHRONOUS: 'half' }],
    ['an interval', 'SNAPSHOTTING_INTERVAL', { SNAPSHOTTING_INTERVAL: 'Dog:often' }],
    ['a schema', 'POSTGRES_SCHEMA', { ...postgresEnv, POSTGRES_SCHEMA: 'a-b' }],
    ['a store that is not there', 'PERSISTENCE_MODULE', { PERSISTENCE_MODULE: 'constructor' }],
    ['a cipher that is not there', 'CIPHER_MODULE', { CIPHER_MODULE: 'rot13' }],
    ['one for this application', 'DOGSCHOOL_COMPRESSOR_LEVEL', { DOGSCHOOL_COMPRESSOR_LEVEL: '10' }],
  ])('%s: %s', (_, variable, env) => {
    const error = environmentErrorOf({ PERSISTENCE_MODULE: 'memory', ...env });
    const value = env[variable];
    expect(error).toMatchObject({ name: 'EnvironmentError', code: 'ES_ENVIRONMENT', variable, value });
    expect(error.message).toContain(`${variable} is "${value}", and `);
  });

  test.each<[string, Env]>([
    ['PERSISTENCE_MODULE', {}],
    ['SQLITE_DBNAME', { PERSISTENCE_MODULE: 'sqlite' }],
    ['POSTGRES_URL', { PERSISTENCE_MODULE: 'postgres' }],
  ])('one that is missing: %s', (variable, env) => {
    const error = environmentErrorOf(env);
    expect(error).toMatchObject({ code: 'ES_ENVIRONMENT', variable, value: undefined });
    expect(error.message).toContain(`${variable} is not set, and neither is DOGSCHOOL_${variable}`);
    if (variable === 'PERSISTENCE_MODULE') expect(error.message).toContain('must be one of memory, sqlite, postgres.');
  });

  test.each([
    ['SQLITE_DB_NAME', 'SQLITE_DBNAME'],
    ['sqlite_dbname', 'SQLITE_DBNAME'],
    ['CIPHER_KEE', 'CIPHER_KEY'],
    ['DOGSCHOOL_CIPHERKEY', 'DOGSCHOOL_CIPHER_KEY'],
    ['IS_SNAPSHOTING_ENABLED', 'IS_SNAPSHOTTING_ENABLED'],
  ])('one that is misspelt: %s', (variable, meant) => {
    const error = environmentErrorOf({ PERSISTENCE_MODULE: 'memory', [variable]: 'something' });
    expect(error.variable).toBe(variable);
    expect(error.message).toMatch(new RegExp(`^${variable} is set, .*Is ${meant} meant\\?$`));
    expect(error.message).not.toContain('something');
  });

  test('what is nobody’s business is left alone', () => {
    const env = { PATH: '/bin', USER: 'me', POSTGRES_DB: 'x', DOGSCHOOL_PORT: '80', CIPHER_SUITE: 'y', LEVEL: '' };
    expect(Object.keys(inMemory(env))).toEqual(['store']);
  });

  test('defaults of a class that are not texts', () => {
    class School extends DogSchool {
      static env = { IS_SNAPSHOTTING_ENABLED: true };
    }
    expect(errorOf(() => fromEnv(School, {}))).toMatchObject({ code: 'ES_ENVIRONMENT', name: 'DefinitionError' });
  });
});

describe('case 80: keys', () => {
  describe.each([
    { on: 'Node', aesGcm: aesGcmFromEnvOnNode },
    { on: 'any platform', aesGcm: aesGcmFromEnv },
  ])('on $on', ({ aesGcm }) => {
    const given = { ciphers: { aesGcm } };

    test('one that is missing is named', () => {
      const error = environmentErrorOf({ CIPHER_MODULE: 'aesGcm' }, given);
      expect(error).toMatchObject({ variable: 'CIPHER_KEY', value: undefined });
      expect(error.message).toContain('CIPHER_KEY is not set');
    });

    test.each([12, 20, 28, 36])('one of %d bytes is named, and never shown', (size) => {
      const key = Buffer.alloc(size, 'secret').toString('base64');
      const oldKeys = { CIPHER_KEY: createKey(), CIPHER_OLD_KEYS: `before:${key}` };
      for (const [variable, env] of [
        ['CIPHER_KEY', { CIPHER_KEY: key }] as const,
        ['CIPHER_OLD_KEYS', oldKeys] as const,
      ]) {
        const error = environmentErrorOf(env, given);
        expect(error).toMatchObject({ variable, value: undefined });
        expect(error.message).toContain(`${size} bytes`);
        for (let each: unknown = error; each instanceof Error; each = each.cause) {
          expect(`${each.stack}${JSON.stringify(each)}`).not.toContain(key);
        }
      }
    });

    test('keys can be changed', async () => {
      const [old, key] = [createKey(), createKey()];
      const before = fromEnv(DogSchool, { CIPHER_KEY: old }, given);
      const env = { CIPHER_KEY: key, CIPHER_KEY_ID: '2026-11', CIPHER_OLD_KEYS: `default:${old}` };
      const after = fromEnv(DogSchool, env, given);
      expect(await canRead(before, after)).toBe(true);
      expect(await canRead(after, before)).toBe(false);
      expect(await canRead({}, after)).toBe(false);
      expect(await canRead({}, fromEnv(DogSchool, { ...env, CIPHER_ACCEPT_PLAINTEXT: 'Yes' }, given))).toBe(true);
    });

    test('two with one id, and a list that is none, are refused', () => {
      for (const list of [`default:${createKey()}`, `a:${createKey()},a:${createKey()}`, createKey()]) {
        const error = environmentErrorOf({ CIPHER_KEY: createKey(), CIPHER_OLD_KEYS: list }, given);
        expect(error.variable).toBe('CIPHER_OLD_KEYS');
        expect(error.message).not.toContain(list);
      }
    });
  });

  test('a key that no cipher would use is an error, since events would be stored in the clear', () => {
    expect(environmentErrorOf({ CIPHER_KEY: createKey() }, {}).variable).toBe('CIPHER_KEY');
    expect(environmentErrorOf({ DOGSCHOOL_CIPHER_TOPIC: 'x' }, {}).message).toContain('CIPHER_MODULE');
    expect(inMemory({ CIPHER_KEY: createKey(), CIPHER_MODULE: 'none' }).cipher).toBeUndefined();
  });

  test('the password of a database is never shown', () => {
    const error = environmentErrorOf({ PERSISTENCE_MODULE: 'postgres', POSTGRES_URL: 'me:hunter2@host' });
    expect(error).toMatchObject({ variable: 'POSTGRES_URL', value: undefined });
    expect(error.message).not.toContain('hunter2');
  });
});

test('snapshots and the cache are set up', () => {
  expect(inMemory({ IS_SNAPSHOTTING_ENABLED: 'ON' }).snapshots).toBe(true);
  expect(inMemory({ IS_SNAPSHOTTING_ENABLED: 'n', SNAPSHOTTING_INTERVAL: '5' }).snapshots).toBe(false);
  expect(inMemory({ SNAPSHOTTING_INTERVAL: '5' }).snapshots).toEqual({ every: 5 });
  expect(inMemory({ SNAPSHOTTING_INTERVAL: 'Dog:5, Cat:7' }).snapshots).toEqual({ every: { Dog: 5, Cat: 7 } });
  expect(inMemory({ AGGREGATE_CACHE_MAXSIZE: '5' }).cache).toEqual({ maxSize: 5 });
  expect(inMemory({ AGGREGATE_CACHE_MAXSIZE: '5', AGGREGATE_CACHE_FASTFORWARD: 'f' }).cache).toEqual({
    maxSize: 5,
    fastForward: false,
  });
  expect(inMemory({ IS_VERIFYING_ENABLED: '1' }).verify).toBe(true);
});

test('case 60: the error of an application without snapshots says how to turn them on', async () => {
  const school = new DogSchool();
  const error = await rejectionOf(school.takeSnapshot(Dog, await school.registerDog('Fido')));
  for (const way of ['snapshots: true', 'every: 50', 'when:', 'IS_SNAPSHOTTING_ENABLED', 'SNAPSHOTTING_INTERVAL']) {
    expect(error.message).toContain(way);
  }
});

describe('stores that variables describe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'from-env-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { hostname, port, username, password, pathname } = new URL(inject('postgresUrl'));
  const schema = () => `test_${uuid4().replaceAll('-', '')}`;

  test.each<[string, () => Env]>([
    [
      'SQLite',
      () => ({
        PERSISTENCE_MODULE: 'sqlite',
        SQLITE_DBNAME: join(folder, `${uuid4()}.db`),
        SQLITE_SYNCHRONOUS: 'normal',
        SQLITE_BUSY_TIMEOUT: '100',
      }),
    ],
    [
      'PostgreSQL, by its URL',
      () => ({
        PERSISTENCE_MODULE: 'postgres',
        POSTGRES_URL: inject('postgresUrl'),
        POSTGRES_SCHEMA: schema(),
        POSTGRES_POOL_SIZE: '2',
      }),
    ],
    [
      'PostgreSQL, by its parts',
      () => ({
        PERSISTENCE_MODULE: 'postgres',
        POSTGRES_HOST: hostname,
        POSTGRES_PORT: port === '' ? '5432' : port,
        POSTGRES_USER: decodeURIComponent(username),
        POSTGRES_PASSWORD: decodeURIComponent(password),
        POSTGRES_DBNAME: decodeURIComponent(pathname.slice(1)),
        POSTGRES_SCHEMA: schema(),
        POSTGRES_CONNECT_TIMEOUT: '5000',
        POSTGRES_RETRY_TIMEOUT: '1000',
      }),
    ],
  ])('%s', async (_, variables) => {
    const env = { ...variables(), CIPHER_KEY: createKey(), COMPRESSOR_MODULE: 'zlib', SNAPSHOTTING_INTERVAL: '2' };
    const opened: Store[] = [];
    const open = (more: Env = {}) => {
      const options = fromEnv(DogSchool, { ...env, ...more }, registry);
      if (options.store !== undefined) opened.push(options.store);
      return new DogSchool(options);
    };
    try {
      const school = open();
      const id = await school.registerDog('Fido');
      await school.addTrick(id, 'roll over');
      expect((await school.snapshots?.latest(id))?.version).toBe(2);
      expect(await open().getDog(id)).toEqual({ name: 'Fido', tricks: ['roll over'] });
      const reader = open({ SQLITE_READ_ONLY: 'yes', POSTGRES_MIGRATE: 'no' });
      expect(await reader.getDog(id)).toEqual({ name: 'Fido', tricks: ['roll over'] });
    } finally {
      for (const store of opened) await store.close?.();
    }
  });
});

test('the README lists each variable, and no other', () => {
  const readme = readFileSync(new URL('../../code/README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (.*?) *\|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(envVariables(registry).map(({ name, doc, unit = '' }) => [name, doc, unit]));
});
