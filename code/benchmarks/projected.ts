import { decode, REGISTERED } from './by-hand.ts';

/** A row of what is followed by hand. */
export interface DogRow {
  readonly id: string;
  readonly name: string;
  readonly tricks: number;
}

/** Does what the handlers of the library's projection do. */
export function applyTo(rows: Map<string, DogRow>, id: string, topic: unknown, state: unknown): void {
  const { payload } = decode(state);
  const row = rows.get(id);
  if (topic === REGISTERED) rows.set(id, { id, name: String(payload.name), tricks: 0 });
  else if (row !== undefined) rows.set(id, { ...row, tricks: row.tricks + 1 });
}
