import type { SelectOptions, StoredEvent } from '../index.ts';
import { versionBounds } from '../sql/bounds.ts';
import { toStoredEvent, VERSION_COLUMNS } from '../sql/rows.ts';
import type { Connection } from './connection.ts';

export type SelectVersions = (aggregateId: string, options: SelectOptions) => StoredEvent[];

/** Prepares the selection, by version, of what a table holds of one aggregate: its events or its snapshots. */
export function selectVersions(connection: Connection, table: string): SelectVersions {
  const statement = (direction: string) =>
    connection.prepare(
      `SELECT ${VERSION_COLUMNS} FROM "${table}" WHERE aggregate_id = ? AND version BETWEEN ? AND ?
       ORDER BY version ${direction} LIMIT ?`,
    );
  const [ascending, descending] = [statement('ASC'), statement('DESC')];
  return (aggregateId, options) => {
    const { from, to, limit } = versionBounds(options);
    const rows = connection.run(() => (options.desc ? descending : ascending).all(aggregateId, from, to, limit));
    return rows.map((row) => toStoredEvent(aggregateId, row));
  };
}
