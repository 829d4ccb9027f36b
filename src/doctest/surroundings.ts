import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { databaseName, dropDatabase, makeDatabase } from '../support/databases.ts';
import type { ProgramNeeds } from './needs.ts';
import { LIBRARY, layOutPackages, type Packages, packagesOf } from './packages.ts';
import type { Database } from './pg.ts';

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** What a program finds around it on the machine, fresh for each run, and taken away after it. */
export interface Surroundings {
  /** Makes what the program needs, at the first call. */
  prepare(): Promise<void>;
  /** The folder that the program is in, if it needs one. */
  readonly folder?: string;
  readonly database: Database;
  /** What a fence in Node finds in its environment, besides what is there anyway. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/**
 * @param page the absolute path of the page
 * @param serverUrl a database on the server that the program's own database is made on
 * @param before a program that goes on where this one is to begin: with a copy of what is in its folder
 */
export function createSurroundings(
  page: string,
  needs: ProgramNeeds,
  serverUrl: string | undefined,
  before?: Pick<Surroundings, 'folder'>,
): Surroundings {
  const clients = new Set<Client>();
  let base: string | undefined;
  let folder: string | undefined;
  let url: string | undefined;
  let preparing: Promise<void> | undefined;

  const prepare = async () => {
    if (needs.folder) {
      base = mkdtempSync(join(tmpdir(), 'snippets-'));
      folder = await makeFolder(base, needs.files, packagesOf(page));
      if (before?.folder !== undefined) copyFiles(before.folder, folder);
    }
    if (needs.database && serverUrl !== undefined) url = await makeDatabase(serverUrl, databaseName(serverUrl));
  };
  return {
    prepare() {
      preparing ??= prepare();
      return preparing;
    },
    get folder() {
      return folder;
    },
    database: {
      get url() {
        if (url === undefined) throw new Error('This program has no database: nothing on the page imports one.');
        return url;
      },
      get address() {
        return url;
      },
      opened: (client) => clients.add(client),
    },
    get env(): Readonly<Record<string, string>> {
      return url === undefined ? {} : { POSTGRES_URL: url };
    },
    async dispose() {
      // What the page has not closed would keep the database, and the process, in use.
      await Promise.all([...clients].map((client) => client.end()));
      if (url !== undefined && serverUrl !== undefined) {
        await dropDatabase(serverUrl, databaseName(url));
      }
      if (base !== undefined) rmSync(base, { recursive: true, force: true });
    },
  };
}

/** All but the packages, which are there. */
function copyFiles(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => basename(path) !== 'node_modules' });
}

/** A folder in which Node runs the page's files, with the packages that the page can import. */
async function makeFolder(base: string, files: Readonly<Record<string, string>>, packages: Packages): Promise<string> {
  const all = Object.entries(files);
  if (all.length === 0) return base;
  let folder = base;
  if (packages.own) {
    symlinkSync(PACKAGES, join(base, 'node_modules'), 'junction');
  } else {
    if (!packages.has('eventsourcing')) {
      mkdirSync(join(base, 'node_modules'));
      symlinkSync(LIBRARY, join(base, 'node_modules', 'eventsourcing'), 'junction');
      folder = join(base, 'page');
      mkdirSync(folder);
    }
    folder = layOutPackages(folder, packages);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  for (const [name, code] of all) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${code}\n`);
  }
  return folder;
}
