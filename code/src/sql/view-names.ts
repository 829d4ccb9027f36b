import type { SqlNames, ViewColumn, ViewGeneration, ViewTable } from '../index.ts';
import { StoreError } from '../index.ts';

/** The projections that have tables, each generation with what is in it. */
export const VIEWS = 'eventsourcing_views';

/** The version of what is told of tables in the catalogue. */
const FORMAT = 1;

/** What the names of a generation's tables begin with. */
export function prefixOf(projection: string, generation: number): string {
  return `${projection}_${generation}_`;
}

/** The names of the tables in SQL, by what the projection calls them. */
export function namesIn(generation: ViewGeneration, nameOf: (table: string) => string): SqlNames {
  return Object.fromEntries(generation.tables.map(({ name }) => [name, nameOf(name)]));
}

/** What the catalogue tells of the columns. */
export function columnsText(tables: readonly ViewTable[]): string {
  const columnsOf = ({ name, columns }: ViewTable) => [
    name,
    Object.fromEntries(columns.map((column) => [column.name, column.nullable ? `${column.type}?` : column.type])),
  ];
  return JSON.stringify({ format: FORMAT, tables: Object.fromEntries(tables.map(columnsOf)) });
}

/** @throws {StoreError} if this version of the library doesn't know what is told. */
export function parsedColumns(projection: string, text: string): ViewTable[] {
  // The boundary: what `columnsText` has written.
  const told: { format: number; tables: Record<string, Record<string, string>> } = JSON.parse(text);
  if (told.format === FORMAT) {
    return Object.entries(told.tables).map(([name, columns]) => ({
      name,
      columns: Object.entries(columns).map(([column, type]) => parsedColumn(projection, column, type)),
    }));
  }
  throw new StoreError(
    'ES_STORE_SCHEMA',
    `The tables of the projection ${projection} have format ${told.format}, and this version of the library knows format ` +
      `${FORMAT}. Use the newer library.`,
  );
}

function parsedColumn(projection: string, name: string, text: string): ViewColumn {
  const nullable = text.endsWith('?');
  const type = nullable ? text.slice(0, -1) : text;
  switch (type) {
    case 'text':
    case 'integer':
    case 'real':
    case 'boolean':
    case 'json':
      return { name, type, nullable };
    default:
      throw new StoreError(
        'ES_STORE_SCHEMA',
        `The column ${name} of the projection ${projection} has the type ${text}, which this version of the library doesn't know.`,
      );
  }
}
