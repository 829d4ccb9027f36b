export type {
  AllOptions,
  Columns,
  ColumnType,
  JsonValue,
  OrderBy,
  Readers,
  Row,
  RowUpdate,
  RowValues,
  TableReader,
  Tables,
  TableWriter,
  ValueOf,
  Where,
  Writers,
} from './columns.ts';
export { ColumnsError, RebuildError, RowError } from './errors.ts';
export { type OpenOptions, Projection, type ProjectionRules, type ProjectionShape, projection } from './projection.ts';
export { View } from './view.ts';
export type { WaitOptions } from './waiting.ts';
