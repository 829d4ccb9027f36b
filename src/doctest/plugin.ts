import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodedMappings, encodedMap, TraceMap } from '@jridgewell/trace-mapping';
import type { Plugin } from 'vitest/config';
import { type CompiledModule, PROBE } from '../compiler/index.ts';
import { extractPage } from '../extract/index.ts';
import { packageName } from './packages.ts';
import { type PageData, preparePage, TEST_MODULE } from './page-data.ts';
import { isRunning } from './plan.ts';
import type { SuiteData } from './suite.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const here = (file: string) => JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));

/** The library's module as it is built and published. */
const POSTGRES = join(ROOT, 'code', 'dist', 'postgres', 'index.js');

/** The query of a module that belongs to a page: which program, and which of its modules. */
const KEY = 'doctest';

/** Reads and compiles a page. The path is absolute. */
export function readPage(path: string): PageData {
  return preparePage(extractPage(readFileSync(path, 'utf8'), relative(ROOT, path)), path);
}

export interface DoctestsOptions {
  /** How to get at a page by its absolute path, for a caller who has read it already. */
  readonly read?: (path: string) => PageData;
  /** The file in which a page notes what happens to it; see `JournalEntry`. */
  readonly journal?: (path: string) => string | undefined;
  /** A database on a PostgreSQL server, asked for when a page needs one. */
  readonly databaseUrl: () => Promise<string>;
}

/** Makes Markdown files into test files, for Vitest. */
export function doctests({ read = readPage, journal = () => undefined, databaseUrl }: DoctestsOptions): Plugin {
  const pages = new Map<string, PageData>();
  /** The library's module for PostgreSQL that a page imports: its own project's, or the workbook's. */
  const postgres = new Map<string, string>();
  const load = (path: string) => {
    const data = read(path);
    pages.set(path, data);
    return data;
  };

  let root = ROOT;

  return {
    name: 'doctests',
    enforce: 'pre',
    configResolved: (config) => {
      root = config.root;
    },
    async resolveId(source, importer) {
      // Vite writes the address of what lies within its root from there on.
      if (source.includes(`?${KEY}=`)) return isFile(source) ? source : join(root, source);
      const { path, key, module } = parseId(importer ?? '');
      if (key === undefined) return null;
      if (source === PROBE) return moduleId(path, key, 'probe');
      if (source === TEST_MODULE) return moduleId(path, key, 'vitest');
      if (source === 'pg') return moduleId(path, key, 'pg');
      // As the page itself would import it, wherever it lies; and what it has not got, as the workbook would.
      const { packages } = pages.get(path) ?? load(path);
      const from = !packages.own && packages.has(packageName(source)) ? path : fileURLToPath(import.meta.url);
      // A copy for each program, whose connections go to the program's own database. The rest of the library is shared.
      if (source === 'eventsourcing/postgres') {
        const found = from === path ? await this.resolve(source, path, { skipSelf: true }) : undefined;
        postgres.set(path, found?.id ?? POSTGRES);
        return moduleId(path, key, source);
      }
      if (module === 'eventsourcing/postgres' && source.startsWith('.')) {
        return await this.resolve(source, postgres.get(path) ?? POSTGRES, { skipSelf: true });
      }
      if (source === 'node:assert/strict') return fileURLToPath(new URL('../probe/assert.ts', import.meta.url));
      if (module?.startsWith('/') && source.startsWith('/')) return moduleId(path, key, source);
      return await this.resolve(source, from, { skipSelf: true });
    },
    async load(id) {
      const { path, key, module } = parseId(id);
      if (!/\.(?:md|mdx|markdown)$/.test(path)) return null;
      if (key === undefined) {
        const data = load(path);
        return { code: suiteModule(path, data, journal(path)), map: { mappings: '' } };
      }
      if (module === 'eventsourcing/postgres') return await readFile(postgres.get(path) ?? POSTGRES, 'utf8');
      if (module === 'pg') return pgModule(path, key);
      if (module === 'probe') return `import { session } from ${sessionOf(path, key)}; export default session.probe;`;
      if (module === 'vitest') return vitestModule(path, key);
      const data = pages.get(path) ?? load(path);
      const program = data.programs.get(key);
      if (module === 'session') {
        const needed = data.needs.get(key)?.database === true;
        return sessionModule(path, key, data, needed ? await databaseUrl() : undefined);
      }
      const compiled = program?.modules.find(({ name }) => name === module);
      if (!compiled) throw new Error(`${path} has no module ${module} in its program ${key}.`);
      return { code: compiled.code, map: mapToPage(compiled, data, path) };
    },
  };
}

function isFile(id: string): boolean {
  return existsSync(parseId(id).path);
}

function moduleId(path: string, key: string, module: string): string {
  // The name comes first, and the key last: Vite would take `….ts` at the end for TypeScript.
  return `${path}?${KEY}=${encodeURIComponent(module)}&program=${key}`;
}

function parseId(id: string): { path: string; key?: string; module?: string } {
  const [path = '', query = ''] = id.split('?');
  const params = new URLSearchParams(query);
  return { path, key: params.get('program') ?? undefined, module: params.get(KEY) ?? undefined };
}

function sessionOf(path: string, key: string): string {
  return JSON.stringify(moduleId(path, key, 'session'));
}

/** The test file. */
function suiteModule(
  path: string,
  { page, steps, claims, problems, programs }: PageData,
  journal: string | undefined,
): string {
  const data: SuiteData = {
    path,
    journal,
    fences: page.fences,
    steps,
    claims: Object.fromEntries(claims),
    problems,
  };
  const keys = [...programs.keys()];
  return [
    `import { describePage } from ${here('./suite.ts')};`,
    ...keys.map((key, index) => `import { session as s${index} } from ${sessionOf(path, key)};`),
    `describePage(${JSON.stringify(data)}, {${keys.map((key, index) => `${JSON.stringify(key)}: s${index}`).join(', ')}});`,
  ].join('\n');
}

/** The session of one program, shared by its modules and the test file. */
function sessionModule(
  path: string,
  key: string,
  { programs, page, needs, steps }: PageData,
  serverUrl: string | undefined,
): string {
  const modules = programs.get(key)?.modules ?? [];
  const entry = modules.at(-1)?.name ?? '';
  const library = modules.some(({ imports }) => imports.includes('eventsourcing'));
  const node = page.fences.filter(({ mode }) => mode === 'node').map(({ id }) => id);
  const around = [path, needs.get(key) ?? { folder: false, database: false, files: {} }, serverUrl].map((each) =>
    String(JSON.stringify(each)),
  );
  const first = steps.filter(isRunning).find(({ again }) => again === key)?.program;
  return [
    `import { createSession } from ${here('./session.ts')};`,
    `import { createSurroundings } from ${here('./surroundings.ts')};`,
    first === undefined ? '' : `import { session as first } from ${sessionOf(path, first)};`,
    'export const session = createSession(() => ({',
    `  run: () => import(${JSON.stringify(moduleId(path, key, entry))}),`,
    library ? `  library: () => import('eventsourcing'),` : '',
    `  isNode: (fence) => ${JSON.stringify(node)}.includes(fence),`,
    `}), createSurroundings(${[...around, ...(first === undefined ? [] : ['first.surroundings'])].join(', ')}));`,
  ].join('\n');
}

function pgModule(path: string, key: string): string {
  return [
    `import { createPg } from ${here('./pg.ts')};`,
    `import { session } from ${sessionOf(path, key)};`,
    'const pg = createPg(session.surroundings.database);',
    'export default pg;',
    'export const { Client, Pool, Query, DatabaseError, Result, TypeOverrides, types, defaults } = pg;',
    'export const { escapeIdentifier, escapeLiteral } = pg;',
  ].join('\n');
}

function vitestModule(path: string, key: string): string {
  return [
    `import { createTestApi } from ${here('../probe/vitest.ts')};`,
    `import { session } from ${sessionOf(path, key)};`,
    'export const { test, it, describe, beforeEach, afterEach, expect } = createTestApi(session.probe);',
  ].join('\n');
}

/** The module's source map, led on from the module's source to the Markdown file. */
function mapToPage(module: CompiledModule, { page }: PageData, path: string) {
  const map = new TraceMap(module.map);
  const fences = new Map(page.fences.map((fence) => [fence.id, fence]));
  const mappings = decodedMappings(map).map((line) =>
    line.flatMap((mapping) => {
      const [generated, , sourceLine, sourceColumn] = mapping;
      if (sourceLine === undefined || sourceColumn === undefined) return [];
      const segment = module.segments.find(
        (each) => sourceLine + 1 >= each.line && sourceLine + 1 < each.line + each.count,
      );
      const fence = segment && fences.get(segment.fence);
      if (!segment || !fence) return [];
      const original: [number, number, number, number] = [
        generated,
        0,
        fence.line - 1 + (sourceLine + 1 - segment.line),
        fence.indent + sourceColumn,
      ];
      return [original];
    }),
  );
  return encodedMap(new TraceMap({ version: 3, names: [], sources: [path], mappings }));
}
