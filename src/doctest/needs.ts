import type { ProgramSource } from '../compiler/index.ts';
import type { Fence } from '../extract/page.ts';

/** What a program needs of the machine besides a thread to run in. */
export interface ProgramNeeds {
  /** A folder to be in: it writes files, or runs programs that do. */
  readonly folder: boolean;
  /** A database on a PostgreSQL server. */
  readonly database: boolean;
  /** The page's files, by their names, for a fence in Node that starts programs. */
  readonly files: Readonly<Record<string, string>>;
}

const SQLITE = /['"](?:eventsourcing\/sqlite|node:sqlite)['"]/;
const POSTGRES = /['"](?:eventsourcing\/postgres|pg)['"]/;

/** Reads from a program's source what it needs. A fence in Node may run any file of the page, imported or not. */
export function programNeeds({ modules }: ProgramSource, fences: readonly Fence[]): ProgramNeeds {
  const byId = new Map(fences.map((fence) => [fence.id, fence]));
  const parts = modules.flatMap(({ segments }) => segments.flatMap(({ fence }) => byId.get(fence) ?? []));
  const inNode = parts.some(({ mode }) => mode === 'node');
  const mentions = (pattern: RegExp) => parts.some(({ code }) => pattern.test(code));
  return {
    folder: inNode || mentions(SQLITE),
    database: mentions(POSTGRES),
    files: inNode
      ? Object.fromEntries(parts.flatMap(({ file, code }) => (file === undefined ? [] : [[file, code] as const])))
      : {},
  };
}
