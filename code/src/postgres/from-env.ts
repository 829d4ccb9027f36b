import {
  type BooleanVariable,
  checkSchemaName,
  type EnvReader,
  type FromEnv,
  type IntegerVariable,
  type TextVariable,
} from '../index.ts';
import { DEFAULT_MS, LONGEST_MS } from '../sql/durations.ts';
import type { PgOptions } from './pg-driver.ts';
import type { PostgresStore, PostgresStoreOptions } from './store.ts';

const URL_VARIABLE: TextVariable = {
  name: 'POSTGRES_URL',
  type: 'text',
  isSecret: true,
  doc:
    'The database, as postgres://user:password@host:5432/database. Where PERSISTENCE_MODULE chooses PostgreSQL, either ' +
    'this or POSTGRES_DBNAME has to be set; if both are, this counts.',
};
const DBNAME: TextVariable = {
  name: 'POSTGRES_DBNAME',
  unless: URL_VARIABLE.name,
  type: 'text',
  doc: 'The name of the database, if there is no POSTGRES_URL.',
};
const HOST: TextVariable = {
  name: 'POSTGRES_HOST',
  unless: URL_VARIABLE.name,
  type: 'text',
  doc: 'The name or address of the server; localhost unless set.',
};
const PORT: IntegerVariable = {
  name: 'POSTGRES_PORT',
  unless: URL_VARIABLE.name,
  type: 'integer',
  min: 1,
  max: 65_535,
  doc: 'The port of the server; 5432 unless set.',
};
const USER: TextVariable = { name: 'POSTGRES_USER', unless: URL_VARIABLE.name, type: 'text', doc: 'Who connects.' };
const PASSWORD: TextVariable = {
  name: 'POSTGRES_PASSWORD',
  unless: URL_VARIABLE.name,
  type: 'text',
  isSecret: true,
  doc: 'The password of the user.',
};
const SCHEMA: TextVariable = {
  name: 'POSTGRES_SCHEMA',
  type: 'text',
  doc: 'The schema that the tables are in; public unless set.',
};
const MIGRATE: BooleanVariable = {
  name: 'POSTGRES_MIGRATE',
  type: 'boolean',
  doc: 'Whether tables are made, and brought up to date, at the first use; yes unless set.',
};
const POOL_SIZE: IntegerVariable = {
  name: 'POSTGRES_POOL_SIZE',
  type: 'integer',
  min: 1,
  doc: 'How many connections there are at most; 10 unless set.',
  unit: 'connections',
};
const CONNECT_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_CONNECT_TIMEOUT',
  type: 'integer',
  min: 1,
  max: LONGEST_MS,
  doc: `How long the server may be silent: while connecting, or while a statement has no answer; ${DEFAULT_MS.connectTimeout} unless set.`,
  unit: 'milliseconds',
};
const QUEUE_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_QUEUE_TIMEOUT',
  type: 'integer',
  min: 0,
  max: LONGEST_MS,
  doc: `How long a call waits for its turn behind others of this process; ${DEFAULT_MS.queueTimeout} unless set.`,
  unit: 'milliseconds',
};
const LOCK_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_LOCK_TIMEOUT',
  type: 'integer',
  min: 0,
  max: LONGEST_MS,
  doc: `How long a statement waits for a lock that another session holds; ${DEFAULT_MS.lockTimeout} unless set.`,
  unit: 'milliseconds',
};
const STATEMENT_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_STATEMENT_TIMEOUT',
  type: 'integer',
  min: 1,
  max: LONGEST_MS,
  doc: `How long the server may take for one statement, the wait for a lock not counted; ${DEFAULT_MS.statementTimeout} unless set.`,
  unit: 'milliseconds',
};
const CLOSE_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_CLOSE_TIMEOUT',
  type: 'integer',
  min: 0,
  max: LONGEST_MS,
  doc: `How long closing waits for the answers to what was sent; ${DEFAULT_MS.closeTimeout} unless set.`,
  unit: 'milliseconds',
};
const RETRY_TIMEOUT: IntegerVariable = {
  name: 'POSTGRES_RETRY_TIMEOUT',
  type: 'integer',
  min: 0,
  max: LONGEST_MS,
  doc: `For how long to try again when the database cannot be reached; ${DEFAULT_MS.retryTimeout} unless set.`,
  unit: 'milliseconds',
};

/**
 * A store on PostgreSQL from variables, for `fromEnv`, whichever driver it is on.
 *
 * @param postgres opens the database that a URL names.
 * @example
 * ```ts
 * import { PGlite } from '@electric-sql/pglite';
 * import { Application, fromEnv } from 'eventsourcing';
 * import { pglite, postgresFrom } from 'eventsourcing/pglite';
 *
 * const database = new PGlite();
 * const postgresFromEnv = postgresFrom((url, options) => pglite(database, { ...options, name: new URL(url).pathname }));
 *
 * const env = { PERSISTENCE_MODULE: 'postgres', POSTGRES_DBNAME: 'dogs', POSTGRES_SCHEMA: 'school' };
 * const { store } = fromEnv(Application, env, { stores: { postgres: postgresFromEnv } });
 * console.log(await new Application({ store }).notificationLog.select()); // []
 * await database.close();
 * ```
 */
export function postgresFrom(
  postgres: (url: string, options: PostgresStoreOptions & PgOptions) => PostgresStore,
): FromEnv<PostgresStore> {
  return {
    variables: [
      URL_VARIABLE,
      DBNAME,
      HOST,
      PORT,
      USER,
      PASSWORD,
      SCHEMA,
      MIGRATE,
      POOL_SIZE,
      CONNECT_TIMEOUT,
      RETRY_TIMEOUT,
      QUEUE_TIMEOUT,
      LOCK_TIMEOUT,
      STATEMENT_TIMEOUT,
      CLOSE_TIMEOUT,
    ],
    create(env) {
      const { url, variable } = databaseOf(env);
      const schema = env.text(SCHEMA);
      if (schema !== undefined) env.blame(SCHEMA, () => checkSchemaName(schema));
      const options = {
        schema,
        migrate: env.boolean(MIGRATE),
        retryTimeout: env.integer(RETRY_TIMEOUT),
        poolSize: env.integer(POOL_SIZE),
        connectTimeout: env.integer(CONNECT_TIMEOUT),
        queueTimeout: env.integer(QUEUE_TIMEOUT),
        lockTimeout: env.integer(LOCK_TIMEOUT),
        statementTimeout: env.integer(STATEMENT_TIMEOUT),
        closeTimeout: env.integer(CLOSE_TIMEOUT),
      };
      return env.blame(variable, () => postgres(url, options));
    },
  };
}

function databaseOf(env: EnvReader): { readonly url: string; readonly variable: TextVariable } {
  const url = env.text(URL_VARIABLE);
  if (url !== undefined) return { url, variable: URL_VARIABLE };
  const database = env.text(DBNAME);
  // Of the two, the one that says which others there are.
  if (database === undefined) return { url: env.requiredText(URL_VARIABLE), variable: URL_VARIABLE };
  const user = env.text(USER);
  const password = env.text(PASSWORD);
  const who = [user ?? '', ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
  const at = who === '' ? '' : `${who}@`;
  const host = env.text(HOST) ?? 'localhost';
  const port = env.integer(PORT) ?? 5432;
  // An IPv6 address has colons of its own.
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return { url: `postgres://${at}${address}:${port}/${encodeURIComponent(database)}`, variable: HOST };
}
