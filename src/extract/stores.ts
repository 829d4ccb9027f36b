import type { StoreName } from './page.ts';

/** The stores that a page can let its reader choose from, with the names that the reader sees. */
export const STORES: Readonly<Record<StoreName, string>> = {
  memory: 'Memory',
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
};

export function isStoreName(text: string): text is StoreName {
  return Object.hasOwn(STORES, text);
}
