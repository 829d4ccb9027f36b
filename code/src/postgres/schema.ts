import { StoreError } from '../index.ts';
import { tablesOf } from '../sql/names.ts';
import { toInteger, toText } from '../sql/rows.ts';
import type { PostgresDriver, PostgresQuery } from './driver.ts';

/** The objects of one application in the database, as they stand in SQL. */
export interface Names {
  readonly application: string;
  readonly schema: string;
  /** The applications that have a log in this schema, each with the version of its tables. */
  readonly catalogue: string;
  readonly events: string;
  readonly snapshots: string;
  readonly keys: string;
  readonly positions: string;
  readonly parked: string;
  readonly sequence: string;
  /** The function that stores events. */
  readonly save: string;
  /** The function that stores how far a follower has come, with events. */
  readonly follow: string;
}

/** What {@link Names.save} takes. */
const SAVE_TYPES = 'text[], bigint[], text[], bytea[], uuid, boolean';
/** What {@link Names.follow} takes. */
const FOLLOW_TYPES = `text, bigint, bigint, boolean, text, boolean, ${SAVE_TYPES}`;

export function namesOf(application: string, schema: string): Names {
  const { events, snapshots, keys, positions, parked } = tablesOf(application);
  return {
    application,
    schema: `"${schema}"`,
    catalogue: `"${schema}".eventsourcing_logs`,
    events: `"${schema}"."${events}"`,
    snapshots: `"${schema}"."${snapshots}"`,
    keys: `"${schema}"."${keys}"`,
    positions: `"${schema}"."${positions}"`,
    parked: `"${schema}"."${parked}"`,
    sequence: `"${schema}"."${application}_seq"`,
    save: `"${schema}"."${application}_save"`,
    follow: `"${schema}"."${application}_follow"`,
  };
}

/** The first keys of our advisory locks, which tell them from those of others: the letters of "even" and "evmi". */
const SAVE_LOCK = 0x65_76_65_6e;
/** Held by whoever makes tables or schemas. */
export const MIGRATE_LOCK = 0x65_76_6d_69;

/**
 * The steps from nothing to the objects of today, each a list of statements. Released steps never change: new ones
 * follow them. What is there already stays as it is, so that the steps can be gone through again for what was lost.
 *
 * One call of the function stores the events of one save. An advisory lock, which hinders no reader, lets one save after
 * the other take its ids and commit, so that ids become visible in their order. The sequence remembers the greatest id
 * that was ever given; the ids are taken from it only once the events are in, so that a conflict leaves no gap. A save
 * is marked, on its first event, with a token of the client, which so recognises a save whose answer was lost.
 */
const MIGRATIONS: readonly ((names: Names) => readonly string[])[] = [
  ({ events, sequence, save }) => [
    `CREATE TABLE IF NOT EXISTS ${events} (
      position bigint PRIMARY KEY,
      aggregate_id text COLLATE "C" NOT NULL,
      version bigint NOT NULL,
      topic text NOT NULL,
      state bytea NOT NULL,
      save_token uuid,
      UNIQUE (aggregate_id, version)
    )`,
    `CREATE SEQUENCE IF NOT EXISTS ${sequence} MINVALUE 0 START 0 OWNED BY ${events}.position`,
    `CREATE OR REPLACE FUNCTION ${save}(
      ids text[], versions bigint[], topics text[], states bytea[], token uuid, is_retry boolean
    ) RETURNS bigint LANGUAGE plpgsql AS $function$
    DECLARE
      first bigint;
    BEGIN
      PERFORM pg_advisory_xact_lock(${SAVE_LOCK}, '${events}'::regclass::oid::integer);
      IF is_retry THEN
        SELECT position INTO first FROM ${events}
          WHERE aggregate_id = ids[1] AND version = versions[1] AND save_token = token;
        IF FOUND THEN
          RETURN first;
        END IF;
      END IF;
      SELECT 1 + greatest((SELECT last_value FROM ${sequence}), (SELECT max(position) FROM ${events})) INTO first;
      INSERT INTO ${events} (position, aggregate_id, version, topic, state, save_token)
        SELECT first + n - 1, e.id, e.version, e.topic, e.state, CASE n WHEN 1 THEN token END
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, n);
      PERFORM setval('${sequence}', first + cardinality(ids) - 1);
      RETURN first;
    END
    $function$`,
  ],
  ({ snapshots }) => [
    `CREATE TABLE IF NOT EXISTS ${snapshots} (
      aggregate_id text COLLATE "C" NOT NULL,
      version bigint NOT NULL,
      topic text NOT NULL,
      state bytea NOT NULL,
      PRIMARY KEY (aggregate_id, version)
    )`,
  ],
  // A key that has been destroyed is null.
  ({ keys }) => [`CREATE TABLE IF NOT EXISTS ${keys} (subject text COLLATE "C" PRIMARY KEY, key bytea)`],
  // Refuses versions that do not follow what is stored. That those of one call follow each other is seen before it is sent.
  // It is called as before, so that processes which still have the former library are held to it as well.
  ({ events, sequence, save }) => [
    `CREATE OR REPLACE FUNCTION ${save}(
      ids text[], versions bigint[], topics text[], states bytea[], token uuid, is_retry boolean
    ) RETURNS bigint LANGUAGE plpgsql AS $function$
    DECLARE
      first bigint;
      follows boolean;
      aggregate text;
      before text;
      n integer := 0;
    BEGIN
      PERFORM pg_advisory_xact_lock(${SAVE_LOCK}, '${events}'::regclass::oid::integer);
      IF is_retry THEN
        SELECT position INTO first FROM ${events}
          WHERE aggregate_id = ids[1] AND version = versions[1] AND save_token = token;
        IF FOUND THEN
          RETURN first;
        END IF;
      END IF;
      SELECT
        1 + greatest((SELECT last_value FROM ${sequence}), (SELECT max(position) FROM ${events})),
        versions[1] = 1 + (SELECT max(version) FROM ${events} WHERE aggregate_id = ids[1])
        INTO first, follows;
      IF ids[1] <> ANY (ids) THEN
        before := ids[1];
        FOREACH aggregate IN ARRAY ids LOOP
          EXIT WHEN NOT follows;
          n := n + 1;
          CONTINUE WHEN aggregate = before;
          before := aggregate;
          follows := versions[n] = 1 + (SELECT max(version) FROM ${events} WHERE aggregate_id = aggregate);
        END LOOP;
        -- Unless the events of the aggregates are mixed, so that not only the first ones of each were looked at.
        IF NOT follows THEN
          SELECT bool_and(given.version = 1 + (SELECT max(e.version) FROM ${events} AS e WHERE e.aggregate_id = given.id))
            INTO follows
            FROM (SELECT e.id, min(e.version) AS version FROM unnest(ids, versions) AS e (id, version) GROUP BY e.id) AS given;
        END IF;
      END IF;
      IF NOT follows THEN
        RAISE unique_violation USING MESSAGE = 'a version does not follow the one that is stored';
      END IF;
      INSERT INTO ${events} (position, aggregate_id, version, topic, state, save_token)
        SELECT first + e.n - 1, e.id, e.version, e.topic, e.state, CASE e.n WHEN 1 THEN token END
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS e (id, version, topic, state, n);
      PERFORM setval('${sequence}', first + cardinality(ids) - 1);
      RETURN first;
    END
    $function$`,
  ],
  // One call of the function stores where a follower is, and what followed. It looks first at the row of what is followed, and
  // locks it until the commit, so that of two processes that started from one position, the second finds another one. Only then
  // the events are saved, with the lock of all saves: whoever holds that waits for no row, and who waits for it has its row
  // already, so nobody waits in a circle. Nothing is written where the position is refused, and the one that was found is
  // returned. A call whose answer was lost is recognised by the token of its events; without events, by that of the row,
  // unless the follower has gone on meanwhile. What was parked and is done with keeps its row for that, with no reason.
  ({ events, positions, parked, save, follow }) => [
    `CREATE TABLE IF NOT EXISTS ${positions} (
      log text COLLATE "C" PRIMARY KEY,
      position bigint NOT NULL,
      save_token uuid
    )`,
    `CREATE TABLE IF NOT EXISTS ${parked} (
      log text COLLATE "C" NOT NULL,
      position bigint NOT NULL,
      reason text,
      save_token uuid NOT NULL,
      PRIMARY KEY (log, position)
    )`,
    `CREATE OR REPLACE FUNCTION ${follow}(
      followed text, started_from bigint, reached bigint, is_parked boolean, why text, was_parked boolean,
      ids text[], versions bigint[], topics text[], states bytea[], token uuid, is_retry boolean,
      OUT first bigint, OUT refused_at bigint
    ) LANGUAGE plpgsql AS $function$
    DECLARE
      stored bigint;
      last_token uuid;
      is_done boolean;
    BEGIN
      IF was_parked THEN
        SELECT p.reason IS NULL, p.save_token INTO is_done, last_token
          FROM ${parked} AS p WHERE p.log = followed AND p.position = reached FOR UPDATE;
        is_done := coalesce(is_done, true);
      ELSE
        SELECT p.position, p.save_token INTO stored, last_token FROM ${positions} AS p WHERE p.log = followed FOR UPDATE;
        IF NOT FOUND AND started_from = 0 THEN
          INSERT INTO ${positions} (log, position) VALUES (followed, 0) ON CONFLICT DO NOTHING;
          SELECT p.position, p.save_token INTO stored, last_token FROM ${positions} AS p WHERE p.log = followed FOR UPDATE;
        END IF;
        is_done := coalesce(stored, 0) <> started_from;
      END IF;
      IF is_done THEN
        IF is_retry THEN
          SELECT e.position INTO first FROM ${events} AS e
            WHERE e.aggregate_id = ids[1] AND e.version = versions[1] AND e.save_token = token;
          IF FOUND OR last_token = token OR EXISTS (
            SELECT FROM ${parked} AS p WHERE p.log = followed AND p.position = reached AND p.save_token = token
          ) THEN
            RETURN;
          END IF;
        END IF;
        SELECT coalesce(max(p.position), 0) INTO refused_at FROM ${positions} AS p WHERE p.log = followed;
        RETURN;
      END IF;
      IF was_parked THEN
        UPDATE ${parked} AS p SET reason = NULL, save_token = token WHERE p.log = followed AND p.position = reached;
      ELSE
        UPDATE ${positions} AS p SET position = reached, save_token = token WHERE p.log = followed;
        IF is_parked THEN
          INSERT INTO ${parked} (log, position, reason, save_token) VALUES (followed, reached, why, token)
            ON CONFLICT (log, position) DO UPDATE SET reason = excluded.reason, save_token = excluded.save_token;
        END IF;
      END IF;
      IF cardinality(ids) > 0 THEN
        first := ${save}(ids, versions, topics, states, token, is_retry);
      END IF;
    END
    $function$`,
  ],
];

/** Makes sure that the objects of an application are there, and are those of today. */
export async function migrate(driver: PostgresDriver, names: Names, mayChange: boolean): Promise<void> {
  if ((await versionOf(driver, driver.query, names)) < MIGRATIONS.length) await bringUpToDate(driver, names, mayChange);
  const lost = await lostObjects(driver, names);
  if (lost !== undefined) throw lost;
}

/** The error to throw if something is missing although the catalogue has it: somebody has dropped it. */
export async function lostObjects(
  driver: PostgresDriver,
  names: Names,
  cause?: unknown,
): Promise<StoreError | undefined> {
  const { application, catalogue, events, snapshots, keys, positions, parked, sequence, save, follow } = names;
  const relations = [catalogue, events, snapshots, keys, positions, parked, sequence];
  const rows = await driver.query(
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL
     UNION ALL SELECT name FROM unnest($2::text[], $3::text[]) AS function (name, types)
       WHERE to_regprocedure(name || '(' || types || ')') IS NULL`,
    [relations, [save, follow], [SAVE_TYPES, FOLLOW_TYPES]],
  );
  if (rows.length === 0) return undefined;
  const missing = rows.map(([name]) => toText(name));
  const forget = missing.includes(catalogue)
    ? ''
    : `run \`DELETE FROM ${catalogue} WHERE application = '${application}'\` and `;
  return new StoreError(
    'ES_STORE_SCHEMA',
    `${driver.name} has lost ${missing.join(', ')} of the application ${application}, which were made. Restore them from a ` +
      `backup. If you can do without what was in them, ${forget}open the store once more with { migrate: true }: what is ` +
      'missing is made again, with nothing in it.',
    cause === undefined ? {} : { cause },
  );
}

async function bringUpToDate(driver: PostgresDriver, names: Names, mayChange: boolean): Promise<void> {
  if (!mayChange) {
    throw new StoreError(
      'ES_STORE_SCHEMA',
      `${driver.name} has no up-to-date tables for the application ${names.application} in the schema ` +
        `${names.schema}, and the option migrate is off. Let a deployment open it once with { migrate: true }, or, by fromEnv, ` +
        'with POSTGRES_MIGRATE=yes.',
    );
  }
  await driver.transaction(async (query) => {
    await query(`SELECT pg_advisory_xact_lock(${MIGRATE_LOCK}, 0)`);
    // Even if it is there, to ask for it takes the right to make schemas, which an owner of this one need not have.
    const [schema] = await query('SELECT to_regnamespace($1) IS NOT NULL', [names.schema]);
    if (schema?.[0] !== true) await query(`CREATE SCHEMA IF NOT EXISTS ${names.schema}`);
    await query(
      `CREATE TABLE IF NOT EXISTS ${names.catalogue} (application text COLLATE "C" PRIMARY KEY, version integer NOT NULL)`,
    );
    // Another process may have been here meanwhile.
    for (const step of MIGRATIONS.slice(await versionOf(driver, query, names))) {
      for (const statement of step(names)) await query(statement);
    }
    await query(
      `INSERT INTO ${names.catalogue} VALUES ($1, $2) ON CONFLICT (application) DO UPDATE SET version = excluded.version`,
      [names.application, MIGRATIONS.length],
    );
  });
}

async function versionOf(driver: PostgresDriver, query: PostgresQuery, names: Names): Promise<number> {
  const [catalogue] = await query('SELECT to_regclass($1) IS NOT NULL', [names.catalogue]);
  if (catalogue?.[0] !== true) return 0;
  const [row] = await query(`SELECT version FROM ${names.catalogue} WHERE application = $1`, [names.application]);
  const version = row === undefined ? 0 : toInteger(row[0]);
  if (version <= MIGRATIONS.length) return version;
  throw new StoreError(
    'ES_STORE_SCHEMA',
    `The tables of the application ${names.application} in ${driver.name} have version ${version}, and this version ` +
      `of the library knows them up to version ${MIGRATIONS.length}. Use the newer library.`,
  );
}
