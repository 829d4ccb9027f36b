import { checkSchemaName, type EnvReader, type EnvVariable, type FromEnv, type TextVariable } from '../index.ts';
import { durationVariable } from '../sql/durations.ts';
import type { PgOptions } from './pg-driver.ts';
import type { PostgresStore, PostgresStoreOptions } from './store.ts';

const VARIABLES = {
  url: {
    name: 'POSTGRES_URL',
    type: 'text',
    isSecret: true,
    doc:
      'The database, as postgres://user:password@host:5432/database. Where PERSISTENCE_MODULE chooses PostgreSQL, either ' +
      'this or POSTGRES_DBNAME has to be set; if both are, this counts.',
  },
  database: {
    name: 'POSTGRES_DBNAME',
    unless: 'POSTGRES_URL',
    type: 'text',
    doc: 'The name of the database, if there is no POSTGRES_URL.',
  },
  host: {
    name: 'POSTGRES_HOST',
    unless: 'POSTGRES_URL',
    type: 'text',
    doc: 'The name or address of the server; localhost unless set.',
  },
  port: {
    name: 'POSTGRES_PORT',
    unless: 'POSTGRES_URL',
    type: 'integer',
    min: 1,
    max: 65_535,
    doc: 'The port of the server; 5432 unless set.',
  },
  user: { name: 'POSTGRES_USER', unless: 'POSTGRES_URL', type: 'text', doc: 'Who connects.' },
  password: {
    name: 'POSTGRES_PASSWORD',
    unless: 'POSTGRES_URL',
    type: 'text',
    isSecret: true,
    doc: 'The password of the user.',
  },
  schema: {
    name: 'POSTGRES_SCHEMA',
    type: 'text',
    doc: 'The schema that the tables are in; public unless set.',
  },
  migrate: {
    name: 'POSTGRES_MIGRATE',
    type: 'boolean',
    doc: 'Whether tables are made, and brought up to date, at the first use; yes unless set.',
  },
  poolSize: {
    name: 'POSTGRES_POOL_SIZE',
    type: 'integer',
    min: 1,
    doc: 'How many connections there are at most; 10 unless set.',
    unit: 'connections',
  },
  connectTimeout: durationVariable(
    'POSTGRES_CONNECT_TIMEOUT',
    'connectTimeout',
    'How long the server may be silent: while connecting, or while a statement has no answer',
    1,
  ),
  retryTimeout: durationVariable(
    'POSTGRES_RETRY_TIMEOUT',
    'retryTimeout',
    'For how long to try again when the database cannot be reached',
  ),
  queueTimeout: durationVariable(
    'POSTGRES_QUEUE_TIMEOUT',
    'queueTimeout',
    'How long a call waits for its turn behind others of this process',
  ),
  lockTimeout: durationVariable(
    'POSTGRES_LOCK_TIMEOUT',
    'lockTimeout',
    'How long a statement waits for a lock that another session holds',
  ),
  statementTimeout: durationVariable(
    'POSTGRES_STATEMENT_TIMEOUT',
    'statementTimeout',
    'How long the server may take for one statement, the wait for a lock not counted',
    1,
  ),
  closeTimeout: durationVariable(
    'POSTGRES_CLOSE_TIMEOUT',
    'closeTimeout',
    'How long closing waits for the answers to what was sent',
  ),
} as const satisfies Record<string, EnvVariable>;

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
    variables: Object.values(VARIABLES),
    create(env) {
      const { url, variable } = databaseOf(env);
      const schema = env.text(VARIABLES.schema);
      if (schema !== undefined) env.blame(VARIABLES.schema, () => checkSchemaName(schema));
      const options = {
        schema,
        migrate: env.boolean(VARIABLES.migrate),
        retryTimeout: env.integer(VARIABLES.retryTimeout),
        poolSize: env.integer(VARIABLES.poolSize),
        connectTimeout: env.integer(VARIABLES.connectTimeout),
        queueTimeout: env.integer(VARIABLES.queueTimeout),
        lockTimeout: env.integer(VARIABLES.lockTimeout),
        statementTimeout: env.integer(VARIABLES.statementTimeout),
        closeTimeout: env.integer(VARIABLES.closeTimeout),
      };
      return env.blame(variable, () => postgres(url, options));
    },
  };
}

function databaseOf(env: EnvReader): { readonly url: string; readonly variable: TextVariable } {
  const url = env.text(VARIABLES.url);
  if (url !== undefined) return { url, variable: VARIABLES.url };
  const database = env.text(VARIABLES.database);
  // Of the two, the one that says which others there are.
  if (database === undefined) return { url: env.requiredText(VARIABLES.url), variable: VARIABLES.url };
  const user = env.text(VARIABLES.user);
  const password = env.text(VARIABLES.password);
  const who = [user ?? '', ...(password === undefined ? [] : [password])].map(encodeURIComponent).join(':');
  const at = who === '' ? '' : `${who}@`;
  const host = env.text(VARIABLES.host) ?? 'localhost';
  const port = env.integer(VARIABLES.port) ?? 5432;
  // An IPv6 address has colons of its own.
  const address = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return { url: `postgres://${at}${address}:${port}/${encodeURIComponent(database)}`, variable: VARIABLES.host };
}
