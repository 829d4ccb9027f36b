import { checkedLimit, checkSubjects, type KeyRecorder, type LiveKey, type StoredKey } from '../index.ts';
import { type Row, toBytes, toText } from '../sql/rows.ts';
import type { Log } from './log.ts';

/** Keeps the keys of subjects in a table of a PostgreSQL database. */
export class PostgresKeyRecorder implements KeyRecorder {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  async select(subjects: readonly string[]): Promise<StoredKey[]> {
    checkSubjects(subjects);
    const rows = await this.#log.query(
      `SELECT subject, key FROM ${this.#log.names.keys} WHERE subject = ANY ($1::text[])`,
      [subjects],
    );
    return rows.map(toStoredKey);
  }

  async insert(keys: readonly LiveKey[]): Promise<StoredKey[]> {
    const subjects = keys.map(({ subject }) => subject);
    checkSubjects(subjects);
    await this.#log.write(
      // In one order everywhere, so that two processes that make keys of the same subjects do not wait for each other.
      `INSERT INTO ${this.#log.names.keys} (subject, key)
       SELECT DISTINCT ON (subject COLLATE "C") subject, key FROM unnest($1::text[], $2::bytea[]) AS k (subject, key)
       ORDER BY subject COLLATE "C" ON CONFLICT (subject) DO NOTHING`,
      [subjects, keys.map(({ key }) => key)],
    );
    // As a statement of its own, since one does not see what others have committed while it was waiting for them.
    return await this.select(subjects);
  }

  async replace(keys: readonly LiveKey[]): Promise<void> {
    await this.#log.write(
      `UPDATE ${this.#log.names.keys} AS stored SET key = given.key
       FROM unnest($1::text[], $2::bytea[]) AS given (subject, key)
       WHERE stored.subject = given.subject AND stored.key IS NOT NULL`,
      [keys.map(({ subject }) => subject), keys.map(({ key }) => key)],
    );
  }

  async list({ after = '', limit }: { readonly after?: string | undefined; readonly limit: number }) {
    const rows = await this.#log.query(
      `SELECT subject, key FROM ${this.#log.names.keys} WHERE subject > $1 ORDER BY subject LIMIT $2`,
      [after, Math.min(checkedLimit(limit), Number.MAX_SAFE_INTEGER)],
    );
    return rows.map(toStoredKey);
  }

  async forget(subject: string): Promise<boolean> {
    checkSubjects([subject]);
    const { keys } = this.#log.names;
    const [row] = await this.#log.write(
      `WITH before AS (SELECT key FROM ${keys} WHERE subject = $1)
       INSERT INTO ${keys} (subject, key) VALUES ($1, NULL) ON CONFLICT (subject) DO UPDATE SET key = NULL
       RETURNING EXISTS (SELECT FROM before WHERE key IS NOT NULL)`,
      [subject],
    );
    return row?.[0] === true;
  }
}

function toStoredKey(row: Row): StoredKey {
  return { subject: toText(row[0]), key: row[1] === null ? undefined : toBytes(row[1]) };
}
