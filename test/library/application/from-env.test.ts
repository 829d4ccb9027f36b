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
import { aesGcmFromEnv as aesGcmFromEnvOnNode } from '../../../code/src/crypto/node.ts';
import { Dog, DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';

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

describe('which value counts', () => {
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

describe('what cannot be right is named, with its value', () => {
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

  test('defaults of a class that are not texts', () => {
    class School extends DogSchool {
      static env = { IS_SNAPSHOTTING_ENABLED: true };
    }
    expect(errorOf(() => fromEnv(School, {}))).toMatchObject({ code: 'ES_ENVIRONMENT', name: 'DefinitionError' });
  });
});

describe('names that are nearly ours', () => {
  const chosen = {
    memory: { PERSISTENCE_MODULE: 'memory' },
    sqlite: { PERSISTENCE_MODULE: 'sqlite', SQLITE_DBNAME: ':memory:' },
    postgres: { PERSISTENCE_MODULE: 'postgres', POSTGRES_DBNAME: 'dogs' },
    url: { PERSISTENCE_MODULE: 'postgres', POSTGRES_URL: 'postgres://localhost/dogs' },
    // What is misspelt is what would have had to be set.
    nothing: {},
    sqliteOnly: { PERSISTENCE_MODULE: 'sqlite' },
    postgresOnly: { PERSISTENCE_MODULE: 'postgres' },
  } satisfies Record<string, Env>;
  const opened: Store[] = [];
  afterAll(async () => {
    for (const store of opened) await store.close?.();
  });
  function open(env: Env, given: EnvRegistry = registry): ApplicationOptions {
    const options = fromEnv(DogSchool, env, given);
    if (options.store !== undefined) opened.push(options.store);
    return options;
  }
  const withoutCipher = { stores: registry.stores };

  describe.each<[keyof typeof chosen, string, readonly (readonly [given: string, meant: string])[]]>([
    [
      'memory',
      'what decides how events are stored',
      [
        ['CIPHER_KYE', 'CIPHER_KEY'],
        ['CIPHER_KEE', 'CIPHER_KEY'],
        ['CIPHER_KEYS', 'CIPHER_KEY'],
        ['CIPHERKEY', 'CIPHER_KEY'],
        ['CIPHER-KEY', 'CIPHER_KEY'],
        ['CIPHER__KEY', 'CIPHER_KEY'],
        ['cipher_key', 'CIPHER_KEY'],
        ['Cipher_Key', 'CIPHER_KEY'],
        ['CYPHER_KEY', 'CIPHER_KEY'],
        ['CIHPER_KEY', 'CIPHER_KEY'],
        ['CYPHER_KYE', 'CIPHER_KEY'],
        ['CIPHER_KEYID', 'CIPHER_KEY_ID'],
        ['CIPHERKEY_ID', 'CIPHER_KEY_ID'],
        ['CYPHERKYE', 'CIPHER_KEY'],
        ['CIPHER_OLD_KEY', 'CIPHER_OLD_KEYS'],
        ['CIPHER_ACCEPT_PLAIN_TEXT', 'CIPHER_ACCEPT_PLAINTEXT'],
        ['CIPHER_ACCEPTS_PLAINTXT', 'CIPHER_ACCEPT_PLAINTEXT'],
        ['CIPHER_MODUEL', 'CIPHER_MODULE'],
        ['COMPRESOR_MODULE', 'COMPRESSOR_MODULE'],
        ['COMPRESSOR_MODUL', 'COMPRESSOR_MODULE'],
        ['COMPRESSER_LEVEL', 'COMPRESSOR_LEVEL'],
        ['COMPRESSOR_MAXSIZE', 'COMPRESSOR_MAX_SIZE'],
      ],
    ],
    [
      'memory',
      'what every application has',
      [
        ['IS_SNAPSHOTING_ENABLED', 'IS_SNAPSHOTTING_ENABLED'],
        ['IS_SNAPSHOTTING_ENABLE', 'IS_SNAPSHOTTING_ENABLED'],
        ['SNAPSHOTING_INTERVAL', 'SNAPSHOTTING_INTERVAL'],
        ['SNAPSHOTTING_INTERVALL', 'SNAPSHOTTING_INTERVAL'],
        ['AGREGATE_CACHE_MAXSIZE', 'AGGREGATE_CACHE_MAXSIZE'],
        ['AGGREGATE_CACHE_MAX_SIZE', 'AGGREGATE_CACHE_MAXSIZE'],
        ['AGGREGATE_CACHE_FAST_FORWARD', 'AGGREGATE_CACHE_FASTFORWARD'],
        ['NOTIFICATION_LOG_SECTIONSIZE', 'NOTIFICATION_LOG_SECTION_SIZE'],
        ['NOTIFICATIONS_LOG_SECTION_SIZE', 'NOTIFICATION_LOG_SECTION_SIZE'],
        ['IS_VERIFIYNG_ENABLED', 'IS_VERIFYING_ENABLED'],
      ],
    ],
    [
      'nothing',
      'the choice of a store',
      [
        ['PERSISTENCE_MODUL', 'PERSISTENCE_MODULE'],
        ['PERSISTANCE_MODULE', 'PERSISTENCE_MODULE'],
        ['PERSISTANCE_MODUEL', 'PERSISTENCE_MODULE'],
        ['PERSISTENCEMODULE', 'PERSISTENCE_MODULE'],
        ['persistence_module', 'PERSISTENCE_MODULE'],
      ],
    ],
    [
      'sqliteOnly',
      'the name of a file',
      [
        ['SQLITE_DB_NAME', 'SQLITE_DBNAME'],
        ['sqlite_dbname', 'SQLITE_DBNAME'],
        ['SQLITE_DBNAM', 'SQLITE_DBNAME'],
        ['SQLTIE_DBNAME', 'SQLITE_DBNAME'],
        ['SQLLITE_DB_NAME', 'SQLITE_DBNAME'],
      ],
    ],
    [
      'sqlite',
      'the store that is chosen',
      [
        ['SQLITE_SYNCRONOUS', 'SQLITE_SYNCHRONOUS'],
        ['SQLITE_BUSYTIMEOUT', 'SQLITE_BUSY_TIMEOUT'],
        ['SQLITE_BUSY_TIME_OUT', 'SQLITE_BUSY_TIMEOUT'],
        ['SQLITE_READONLY', 'SQLITE_READ_ONLY'],
      ],
    ],
    [
      'postgresOnly',
      'the name of a database',
      [
        ['POSTGRES_DB_NAME', 'POSTGRES_DBNAME'],
        ['POSTGRES_ULR', 'POSTGRES_URL'],
        ['POSTGRE_URL', 'POSTGRES_URL'],
        ['POSTGRES_URI', 'POSTGRES_URL'],
      ],
    ],
    [
      'postgres',
      'the store that is chosen',
      [
        ['POSTGRES_PASWORD', 'POSTGRES_PASSWORD'],
        ['POSTGRES_PASSWD', 'POSTGRES_PASSWORD'],
        ['POSTGRES_HSOT', 'POSTGRES_HOST'],
        ['POSTGRES_USR', 'POSTGRES_USER'],
        ['POSTGRES_SHEMA', 'POSTGRES_SCHEMA'],
        ['POSTGRES_MIGRATES', 'POSTGRES_MIGRATE'],
        ['POSTGRES_POOLSIZE', 'POSTGRES_POOL_SIZE'],
        ['POSTGRES_CONECT_TIMEOUT', 'POSTGRES_CONNECT_TIMEOUT'],
        ['POSTGRES_RETRY_TIME_OUT', 'POSTGRES_RETRY_TIMEOUT'],
      ],
    ],
  ])('on %s: %s', (where, _, names) => {
    test.each(names)('%s is an error that names %s', (given, meant) => {
      const error = environmentErrorOf({ ...chosen[where], [given]: 'something' });
      expect(error).toMatchObject({ code: 'ES_ENVIRONMENT', variable: given, value: undefined });
      expect(error.message).toContain(`${given} is set, and there is no such variable. Is ${meant} meant?`);
      expect(error.message).not.toContain('something');
    });

    test.each(names)('%s is one with the prefix, too: %s', (given, meant) => {
      for (const key of [`DOGSCHOOL_${given}`, `DogSchool_${given}`, `DOG_SCHOOL_${meant}`, `DOGSCHOL_${meant}`]) {
        const error = environmentErrorOf({ ...chosen[where], [key]: 'something' });
        expect(error).toMatchObject({ code: 'ES_ENVIRONMENT', variable: key, value: undefined });
        expect(error.message).toContain(`Is DOGSCHOOL_${meant} meant?`);
      }
    });
  });

  test.each([
    ['DOGSCHOOL_CIFER_KYE', 'CIPHER_KEY'],
    ['DOGSCHOOL_CIPHER_SECRET', 'CIPHER_KEY'],
    ['DOGSCHOOL_SQLITE_FILE', 'SQLITE_DBNAME'],
    ['DOGSCHOOL_SQLITE_TIMEOUT', 'SQLITE_BUSY_TIMEOUT'],
    ['DOGSCHOOL_COMPRESSOR_SIZE', 'COMPRESSOR_MAX_SIZE'],
    ['DOGSCHOOL_AGREGATES_CACHE_MAXSZE', 'AGGREGATE_CACHE_MAXSIZE'],
  ])('behind the prefix, what begins like a module or is further off is an error as well: %s', (given, meant) => {
    expect(environmentErrorOf({ ...chosen.sqlite, [given]: 'x' }).message).toContain(`Is DOGSCHOOL_${meant} meant?`);
  });

  test('a misspelt key is an error where there is no cipher, and where the plain one is set', () => {
    for (const given of ['CIPHER_KYE', 'DOGSCHOOL_CIPHER_KYE', 'DOG_SCHOOL_CIPHER_KEY']) {
      expect(environmentErrorOf({ ...chosen.memory, [given]: createKey() }, withoutCipher).variable).toBe(given);
      expect(environmentErrorOf({ [given]: createKey() }, {}).variable).toBe(given);
    }
    const both = { ...chosen.memory, CIPHER_KEY: createKey(), DOGSCHOOL_CIPHER_KYE: createKey() };
    expect(environmentErrorOf(both).variable).toBe('DOGSCHOOL_CIPHER_KYE');
  });

  test('a misspelling at one level is an error, although a lower level has the right name', () => {
    class School extends DogSchool {
      static env = { PERSISTENCE_MODULE: 'memory', COMPRESSOR_LEVEL: '6' };
    }
    const levels = (one: Env, two: Env) => errorOf(() => fromEnv(School, [one, two], registry)).message;
    expect(levels({}, { COMPRESSOR_LEVLE: '9' })).toContain('Is COMPRESSOR_LEVEL meant?');
    expect(levels({ COMPRESSOR_LEVLE: '9' }, { COMPRESSOR_LEVEL: '1' })).toContain('Is COMPRESSOR_LEVEL meant?');
    const both = fromEnv(School, [{ COMPRESSOR_LEVEL: '1' }, { COMPRESSOR_LEVLE: '9' }], registry);
    expect(Object.keys(both)).toEqual(['store', 'compressor']);
  });

  const OTHERS = [
    // Docker images of PostgreSQL, and programs beside them.
    ...['POSTGRES_DB', 'POSTGRES_INITDB_ARGS', 'POSTGRES_INITDB_WALDIR', 'POSTGRES_HOST_AUTH_METHOD'],
    ...['POSTGRES_PASSWORD_FILE', 'POSTGRES_USER_FILE', 'POSTGRES_DB_FILE', 'POSTGRES_VERSION', 'POSTGRES_DATABASE'],
    ...['POSTGRES_USERNAME', 'POSTGRES_HOSTNAME', 'POSTGRES_POOL', 'POSTGRES_SSL', 'POSTGRES_SSLMODE', 'POSTGRES_NAME'],
    ...['POSTGRES_PRISMA_URL', 'POSTGRES_URL_NON_POOLING', 'POSTGRES_URL_NO_SSL', 'POSTGRES_MAX_CONNECTIONS'],
    ...[
      'POSTGRESQL_PASSWORD',
      'POSTGRESQL_HOST',
      'POSTGRESQL_DATABASE',
      'PGHOST',
      'PGPASSWORD',
      'PGDATABASE',
      'DATABASE_URL',
    ],
    ...[
      'SQLITE_TMPDIR',
      'SQLITE_HISTORY',
      'SQLITE_DB',
      'SQLITE_FILE',
      'MYSQL_DBNAME',
      'MYSQL_DATABASE',
      'DB_NAME',
      'DBNAME',
    ],
    // Security of other kinds.
    ...[
      'CIPHER_SUITE',
      'CIPHER_SUITES',
      'CIPHERS',
      'CIPHER',
      'CIPHER_MODE',
      'CIPHER_STRENGTH',
      'CIPHER_LIST',
      'SSL_CIPHERS',
    ],
    ...[
      'ENCRYPTION_KEY',
      'SECRET_KEY',
      'API_KEY',
      'KEY',
      'KEY_ID',
      'AWS_ACCESS_KEY_ID',
      'SSH_KEY',
      'TLS_CIPHER_SUITES',
    ],
    ...['COMPRESSION_LEVEL', 'COMPRESSION', 'COMPRESS', 'COMPRESSOR', 'GZIP_LEVEL', 'MAX_SIZE', 'LEVEL'],
    // Words of ours.
    ...[
      'SNAPSHOTS_BUCKET',
      'SNAPSHOT_INTERVAL',
      'SNAPSHOT_DIR',
      'SNAPSHOTS',
      'IS_ENABLED',
      'IS_DEBUG_ENABLED',
      'INTERVAL',
    ],
    ...[
      'NOTIFICATION_URL',
      'NOTIFICATION_LOG',
      'NOTIFICATION_LOG_LEVEL',
      'AGGREGATE_ID',
      'CACHE_MAXSIZE',
      'CACHE_SIZE',
    ],
    ...['MODULE', 'NODE_MODULE', 'PERSISTENCE', 'PERSISTENCE_PATH', 'PERSISTENCE_ENABLED', 'SECTION_SIZE', 'VERIFYING'],
    // Another application’s.
    ...[
      'CATSCHOOL_CIPHER_KEY',
      'CATSCHOOL_CIPHER_KYE',
      'DOGSCHOOLS_CIPHER_KEY',
      'DOGSCHOOL2_CIPHER_KEY',
      'X_CIPHER_KEY',
    ],
    // This one’s, and none of ours.
    ...[
      'DOGSCHOOL_PORT',
      'DOGSCHOOL_URL',
      'DOGSCHOOL_API_KEY',
      'DOGSCHOOL_LOG_LEVEL',
      'DOGSCHOOL_ENV',
      'DOGSCHOOL_DEBUG',
    ],
    ...['DOGSCHOOL_SECRET_KEY', 'DOGSCHOOL_NOTIFICATION_EMAIL', 'DOGSCHOOL_MODULES', 'DOGSCHOOL_VERSION', 'DOGSCHOOL_'],
    // What Kubernetes tells a container of services.
    ...['DOGSCHOOL_SERVICE_HOST', 'DOGSCHOOL_SERVICE_PORT', 'DOGSCHOOL_SERVICE_PORT_HTTP', 'DOGSCHOOL_PORT_80_TCP'],
    ...['DOGSCHOOL_POSTGRES_SERVICE_HOST', 'DOGSCHOOL_POSTGRES_SERVICE_PORT', 'DOGSCHOOL_POSTGRES_PORT_5432_TCP_ADDR'],
    ...['POSTGRES_SERVICE_HOST', 'POSTGRES_SERVICE_PORT', 'POSTGRES_PORT_5432_TCP', 'POSTGRES_PORT_5432_TCP_PROTO'],
    // Shells, systems and machines that build.
    ...[
      'PATH',
      'HOME',
      'USER',
      'SHELL',
      'LANG',
      'TERM',
      'PWD',
      'OLDPWD',
      'HOSTNAME',
      'TZ',
      'TMPDIR',
      'EDITOR',
      '_',
      'SHLVL',
    ],
    ...['NODE_ENV', 'NODE_OPTIONS', 'NODE_PATH', 'NODE_VERSION', 'npm_config_cache', 'npm_lifecycle_event', 'INIT_CWD'],
    ...[
      'CI',
      'GITHUB_ACTIONS',
      'GITHUB_SHA',
      'RUNNER_OS',
      'BUILD_ID',
      'JOB_NAME',
      'DOCKER_HOST',
      'KUBERNETES_SERVICE_HOST',
    ],
    ...[
      'HTTP_PROXY',
      'NO_PROXY',
      'AWS_REGION',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'SENTRY_DSN',
      'REDIS_URL',
      'MONGO_URL',
    ],
  ];
  test.each(['memory', 'sqlite', 'postgres', 'url'] as const)(
    'what belongs to others stops no application on %s',
    (where) => {
      for (const given of OTHERS) {
        // One that would name the database where nothing does is most likely meant to.
        expect(() => open({ ...chosen[where], [given]: 'something' }), given).not.toThrow();
      }
      const all = Object.fromEntries(OTHERS.map((given) => [given, 'something']));
      expect(Object.keys(open({ ...chosen[where], ...all }))).toEqual(['store']);
    },
  );

  test('what is nearly a variable of a store stops no application on another one, nor one that has what is meant', () => {
    const [postgresNames, sqliteNames] = [
      ['POSTGRES_DB_NAME', 'POSTGRES_PASWORD', 'POSTGRES_URI', 'DOGSCHOOL_POSTGRES_DB_NAME', 'DOGSCHOOL_POSTGRES_X'],
      ['SQLITE_DB_NAME', 'SQLITE_READONLY', 'DOGSCHOOL_SQLITE_DB_NAME'],
    ];
    for (const given of postgresNames) open({ ...chosen.sqlite, [given]: 'x' });
    for (const given of postgresNames) open({ ...chosen.memory, [given]: 'x' });
    for (const given of sqliteNames) open({ ...chosen.postgres, [given]: 'x' });
    open({ ...chosen.postgres, POSTGRES_DB_NAME: 'x' });
    open({ ...chosen.postgres, POSTGRES_PASSWORD: 'x', POSTGRES_PASWORD: 'x' });
    open({ ...chosen.postgres, DOGSCHOOL_POSTGRES_PASSWORD: 'x', POSTGRES_PASWORD: 'x' });
    open({ ...chosen.memory, CIPHER_KEY: createKey(), CIPHER_KYE: 'x' });
    // A URL says all of this.
    for (const given of ['POSTGRES_DB_NAME', 'POSTGRES_PASWORD', 'POSTGRES_HOSTS'])
      open({ ...chosen.url, [given]: 'x' });
  });

  test('variables of a store of one’s own are known by the same rule', () => {
    const url = { name: 'MONGO_URL', type: 'text', doc: 'Where it is.' } as const;
    const mongo = { variables: [url], create: () => memory() };
    const given = { stores: { mongo, other: { variables: [], create: memory } } };
    expect(environmentErrorOf({ PERSISTENCE_MODULE: 'mongo', MONGO_ULR: 'x' }, given).message).toContain(
      'Is MONGO_URL meant?',
    );
    open({ PERSISTENCE_MODULE: 'other', MONGO_ULR: 'x' }, given);
    open({ PERSISTENCE_MODULE: 'mongo', MONGO_DB: 'x' }, given);
  });
});

describe('keys', () => {
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
  expect(inMemory({ AGGREGATE_CACHE_MAXSIZE: '5' }).cache).toStrictEqual({ maxSize: 5 });
  expect(inMemory({ AGGREGATE_CACHE_MAXSIZE: '5', AGGREGATE_CACHE_FASTFORWARD: 'f' }).cache).toEqual({
    maxSize: 5,
    fastForward: false,
  });
  expect(inMemory({ IS_VERIFYING_ENABLED: '1' }).verify).toBe(true);
});

test('the error of an application without snapshots says how to turn them on', async () => {
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
  const readme = readFileSync(new URL('../../../code/README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` +\| (.*?) +\| (.*?) *\|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(envVariables(registry).map(({ name, doc, unit = '' }) => [name, doc, unit]));
});
