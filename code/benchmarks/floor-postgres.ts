import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { newId, REGISTERED, registered, TRICK_ADDED, trickAdded } from './by-hand.ts';
import type { Contender } from './contender.ts';
import { readingWith } from './floor-sql.ts';

/** Some number that nobody else uses as the key of an advisory lock. */
const LOCK = 7_390_201;

/**
 * The same on plain `pg`: one prepared call for each save, in which a lock that hinders no reader is held until the
 * commit, so that ids become visible in their order.
 *
 * @param schema is to be made.
 */
export async function postgresFloor(url: string, schema: string): Promise<Contender> {
  const clients: Client[] = [];
  async function open(): Promise<Client> {
    const client = new Client(url);
    await client.connect();
    await client.query(`SET search_path = ${schema}`);
    clients.push(client);
    return client;
  }
  const setUp = new Client(url);
  await setUp.connect();
  await setUp.query(`
    CREATE SCHEMA ${schema};
    SET search_path = ${schema};
    CREATE TABLE events (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, aggregate_id text COLLATE "C" NOT NULL,
      version bigint NOT NULL, topic text NOT NULL, state bytea NOT NULL, UNIQUE (aggregate_id, version)
    );
    CREATE TABLE snapshots (
      aggregate_id text COLLATE "C" NOT NULL, version bigint NOT NULL, state bytea NOT NULL,
      PRIMARY KEY (aggregate_id, version)
    );
    CREATE FUNCTION save(ids text[], versions bigint[], topics text[], states bytea[]) RETURNS bigint
    LANGUAGE plpgsql AS $$
    DECLARE
      last bigint;
    BEGIN
      PERFORM pg_advisory_xact_lock(${LOCK});
      INSERT INTO events (aggregate_id, version, topic, state) SELECT * FROM unnest(ids, versions, topics, states);
      SELECT currval(pg_get_serial_sequence('events', 'position')) INTO last;
      RETURN last;
    END $$`);
  await setUp.end();

  const client = await open();
  const query = (name: string, text: string) => async (values: (string | number | Buffer)[]) =>
    (await client.query<unknown[]>({ name, text, values, rowMode: 'array' })).rows;
  const events = query(
    'events',
    'SELECT topic, version, state FROM events WHERE aggregate_id = $1 AND version > $2 ORDER BY version',
  );
  const snapshot = query(
    'snapshot',
    'SELECT version, state FROM snapshots WHERE aggregate_id = $1 ORDER BY version DESC LIMIT 1',
  );
  const putSnapshot = query('put_snapshot', 'INSERT INTO snapshots VALUES ($1, $2, $3)');
  const section = query(
    'section',
    'SELECT position, aggregate_id, version, topic, state FROM events WHERE position >= $1 ORDER BY position LIMIT $2',
  );
  return {
    ...readingWith({
      events: (id, after) => events([id, after]),
      snapshot: async (id) => (await snapshot([id]))[0],
      async putSnapshot(id, version, state) {
        await putSnapshot([id, version, state]);
      },
      section: (start, limit) => section([start, limit]),
      async projection(name) {
        await client.query(`
          CREATE TABLE ${name} (id text COLLATE "C" PRIMARY KEY, name text NOT NULL, tricks bigint NOT NULL);
          CREATE TABLE ${name}_position (position bigint NOT NULL);
          INSERT INTO ${name}_position VALUES (0)`);
        const rows = `SELECT id, name, tricks FROM ${name} WHERE id = ANY ($1::text[])`;
        const store = `WITH put AS (
            INSERT INTO ${name} SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, tricks = excluded.tricks
          )
          UPDATE ${name}_position SET position = $4`;
        const prepared = async (text: string, values: unknown[]) =>
          (
            await client.query<unknown[]>({
              name: createHash('md5').update(text).digest('hex'),
              text,
              values,
              rowMode: 'array',
            })
          ).rows;
        return {
          rows: (ids) => prepared(rows, [ids]),
          async store(changed, position) {
            const columns = [
              changed.map(({ id }) => id),
              changed.map((row) => row.name),
              changed.map(({ tricks }) => tricks),
            ];
            await prepared(store, [...columns, position]);
          },
          count: async () => Number((await client.query(`SELECT count(*) + sum(tricks) AS n FROM ${name}`)).rows[0].n),
        };
      },
    }),
    async begin() {
      const own = await open();
      const id = newId();
      let version = 0;
      const save = async (topic: string, state: Buffer, count: number) => {
        const versions = Array.from({ length: count }, (_, n) => version + 1 + n);
        const values = [versions.map(() => id), versions, versions.map(() => topic), versions.map(() => state)];
        await own.query({ name: 'save', text: 'SELECT save($1, $2, $3, $4)', values, rowMode: 'array' });
        version += count;
      };
      await save(REGISTERED, registered, 1);
      return { id, append: (count) => save(TRICK_ADDED, trickAdded, count) };
    },
    async close() {
      for (const each of clients) await each.end();
    },
  };
}
