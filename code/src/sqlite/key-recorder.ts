import { checkedLimit, checkSubjects, type KeyRecorder, type LiveKey, type StoredKey } from '../index.ts';
import { type Row, toBytes, toInteger, toText } from '../sql/rows.ts';
import type { Connection } from './connection.ts';
import type { SqliteStatement } from './driver.ts';
import { removeTraces } from './traces.ts';

/**
 * Keeps the keys of subjects in a table of an SQLite database. To destroy one, its bytes are overwritten where they are,
 * by as many zeros; so they are neither in a page that is free now, nor in a row that was moved.
 */
export class SqliteKeyRecorder implements KeyRecorder {
  readonly #connection: Connection;
  readonly #select: SqliteStatement;
  readonly #insert: SqliteStatement;
  readonly #replace: SqliteStatement;
  readonly #list: SqliteStatement;
  readonly #forget: SqliteStatement;

  constructor(connection: Connection, table: string) {
    this.#connection = connection;
    // What else is deleted or moved on this connection is overwritten too.
    connection.exec('PRAGMA secure_delete = ON');
    const columns = 'subject, key, forgotten';
    this.#select = connection.prepare(
      `SELECT ${columns} FROM "${table}" WHERE subject IN (SELECT value FROM json_each(?))`,
    );
    this.#insert = connection.prepare(`INSERT INTO "${table}" (${columns}) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`);
    this.#replace = connection.prepare(`UPDATE "${table}" SET key = ? WHERE subject = ? AND forgotten = 0`);
    this.#list = connection.prepare(`SELECT ${columns} FROM "${table}" WHERE subject > ? ORDER BY subject LIMIT ?`);
    this.#forget = connection.prepare(
      `UPDATE "${table}" SET key = zeroblob(length(key)), forgotten = 1 WHERE subject = ? AND forgotten = 0 RETURNING 1`,
    );
  }

  async select(subjects: readonly string[]): Promise<StoredKey[]> {
    checkSubjects(subjects);
    return this.#connection.run(() => this.#select.all(JSON.stringify(subjects))).map(toStoredKey);
  }

  async insert(keys: readonly LiveKey[]): Promise<StoredKey[]> {
    const subjects = keys.map(({ subject }) => subject);
    checkSubjects(subjects);
    this.#connection.transaction(() => {
      for (const { subject, key } of keys) this.#insert.run(subject, key, 0);
    });
    return await this.select(subjects);
  }

  async replace(keys: readonly LiveKey[]): Promise<void> {
    this.#connection.transaction(() => {
      for (const { subject, key } of keys) this.#replace.run(key, subject);
    });
  }

  async list({ after = '', limit }: { readonly after?: string | undefined; readonly limit: number }) {
    const most = Math.min(checkedLimit(limit), Number.MAX_SAFE_INTEGER);
    return this.#connection.run(() => this.#list.all(after, most)).map(toStoredKey);
  }

  async forget(subject: string): Promise<boolean> {
    checkSubjects([subject]);
    const hadKey = this.#connection.transaction(() => {
      if (this.#forget.all(subject).length > 0) return true;
      this.#insert.run(subject, new Uint8Array(), 1);
      return false;
    });
    removeTraces(
      this.#connection,
      `The subject ${subject} is forgotten: its key is destroyed. But`,
      'a trace of the key may be left',
    );
    return hadKey;
  }
}

function toStoredKey(row: Row): StoredKey {
  const isForgotten = toInteger(row[2]) !== 0;
  return { subject: toText(row[0]), key: isForgotten ? undefined : toBytes(row[1]) };
}
