import { DatabaseSync } from 'node:sqlite';
import { newId, REGISTERED, registered, TRICK_ADDED, trickAdded } from './by-hand.ts';
import type { Contender } from './contender.ts';
import { readingWith } from './floor-sql.ts';

/** The same SQL with the same durability on plain node:sqlite: WAL, and each commit waits for the disk. */
export function sqliteFloor(file: string): Contender {
  const databases: DatabaseSync[] = [];
  function open(): DatabaseSync {
    const database = new DatabaseSync(file, { timeout: 5_000 });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    databases.push(database);
    return database;
  }
  const database = open();
  database.exec(`
    CREATE TABLE events (
      position INTEGER PRIMARY KEY AUTOINCREMENT, aggregate_id TEXT NOT NULL, version INTEGER NOT NULL,
      topic TEXT NOT NULL, state BLOB NOT NULL, UNIQUE (aggregate_id, version)
    ) STRICT;
    CREATE TABLE snapshots (
      aggregate_id TEXT NOT NULL, version INTEGER NOT NULL, state BLOB NOT NULL, PRIMARY KEY (aggregate_id, version)
    ) STRICT`);
  function query(sql: string) {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return (...values: (string | number)[]): readonly (readonly unknown[])[] => {
      const rows: unknown = statement.all(...values);
      return Array.isArray(rows) ? rows : [];
    };
  }
  const events = query(
    'SELECT topic, version, state FROM events WHERE aggregate_id = ? AND version > ? ORDER BY version',
  );
  const snapshot = query('SELECT version, state FROM snapshots WHERE aggregate_id = ? ORDER BY version DESC LIMIT 1');
  const putSnapshot = database.prepare('INSERT INTO snapshots VALUES (?, ?, ?)');
  const section = query(
    'SELECT position, aggregate_id, version, topic, state FROM events WHERE position >= ? ORDER BY position LIMIT ?',
  );
  return {
    ...readingWith({
      events: async (id, after) => events(id, after),
      snapshot: async (id) => snapshot(id)[0],
      async putSnapshot(id, version, state) {
        putSnapshot.run(id, version, state);
      },
      section: async (start, limit) => section(start, limit),
      async projection(name) {
        database.exec(`
          CREATE TABLE ${name} (id TEXT PRIMARY KEY, name TEXT NOT NULL, tricks INTEGER NOT NULL) STRICT, WITHOUT ROWID;
          CREATE TABLE ${name}_position (position INTEGER NOT NULL) STRICT;
          INSERT INTO ${name}_position VALUES (0)`);
        const rows = query(`SELECT id, name, tricks FROM ${name} WHERE id IN (SELECT value FROM json_each(?))`);
        const put = database.prepare(
          `INSERT INTO ${name} VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, tricks = excluded.tricks`,
        );
        const advance = database.prepare(`UPDATE ${name}_position SET position = ?`);
        const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')];
        const count = query(`SELECT count(*) + sum(tricks) FROM ${name}`);
        return {
          rows: async (ids) => rows(JSON.stringify(ids)),
          async store(changed, position) {
            begin.run();
            for (const row of changed) put.run(row.id, row.name, row.tricks);
            advance.run(position);
            commit.run();
          },
          count: async () => Number(count()[0]?.[0]),
        };
      },
    }),
    async begin() {
      const own = open();
      const insert = own.prepare('INSERT INTO events (aggregate_id, version, topic, state) VALUES (?, ?, ?, ?)');
      const [begin, commit] = [own.prepare('BEGIN IMMEDIATE'), own.prepare('COMMIT')];
      const id = newId();
      let version = 1;
      insert.run(id, version, REGISTERED, registered);
      return {
        id,
        async append(count) {
          if (count > 1) begin.run();
          for (let n = 0; n < count; n++) {
            version += 1;
            insert.run(id, version, TRICK_ADDED, trickAdded);
          }
          if (count > 1) commit.run();
        },
      };
    },
    async close() {
      for (const each of databases) each.close();
    },
  };
}
