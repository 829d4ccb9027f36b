import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The library as the workbook has it, for pages that have none of their own. */
export const LIBRARY = join(ROOT, 'code');

/** The packages that the programs of a page can import, besides what the workbook brings. */
export interface Packages {
  /** Whether the page is one of this project, whose packages are those that the project names. */
  readonly own: boolean;
  /** Folders of packages above a page of another project, the nearest first. */
  readonly folders: readonly string[];
  /** The package that such a page belongs to: its pages import it by its name. */
  readonly self?: { readonly name: string; readonly folder: string };
  has(name: string): boolean;
}

/** @param file the page's absolute path */
export function packagesOf(file: string): Packages {
  if (isWithin(file, ROOT)) {
    const names = new Set([ROOT, LIBRARY].flatMap((folder) => [...namedIn(join(folder, 'package.json'))]));
    return { own: true, folders: [], has: (name) => names.has(name) };
  }
  const above = foldersAbove(file);
  const folders = above.map((folder) => join(folder, 'node_modules')).filter((folder) => existsSync(folder));
  const home = above.find((folder) => existsSync(join(folder, 'package.json')));
  const name = home === undefined ? undefined : readManifest(join(home, 'package.json')).name;
  const self = home !== undefined && typeof name === 'string' ? { name, folder: home } : undefined;
  return {
    own: false,
    folders,
    self,
    has: (wanted) => self?.name === wanted || folders.some((folder) => existsSync(join(folder, wanted))),
  };
}

/** The package of a specifier: `@scope/name` of `@scope/name/part`. */
export function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * Makes a folder in which Node and the compiler find the packages of a page of another project, whatever else the
 * machine has.
 *
 * @param base an empty folder that lies in no project
 * @returns the folder within it to put modules into
 */
export function layOutPackages(base: string, { folders, self }: Packages): string {
  let folder = base;
  const descend = () => {
    folder = join(folder, 'in');
    mkdirSync(folder);
  };
  for (const packages of folders.toReversed()) {
    symlinkSync(packages, join(folder, 'node_modules'), 'junction');
    descend();
  }
  if (self) {
    const place = join(folder, 'node_modules', self.name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(self.folder, place, 'junction');
    descend();
  }
  return folder;
}

function isWithin(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return !path.startsWith('..') && !path.split(sep).includes('node_modules');
}

function foldersAbove(file: string): readonly string[] {
  const folder = dirname(file);
  return folder === file ? [] : [folder, ...foldersAbove(folder)];
}

function namedIn(manifest: string): readonly string[] {
  const data = readManifest(manifest);
  const names = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) => {
    const listed = data[kind];
    return typeof listed === 'object' && listed !== null ? Object.keys(listed) : [];
  });
  return typeof data.name === 'string' ? [data.name, ...names] : names;
}

function readManifest(path: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read, and it says what package the pages below it belong to.`, { cause: error });
  }
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
