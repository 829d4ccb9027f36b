import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const NAME = 'postgres';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that a PostgreSQL server runs as: nobody but ourselves, unless we're root. As root it refuses to run, and gets
 * the user `postgres`, who's made if there is none.
 */
export async function serverUser(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await userOnMachine()) ?? (await madeUser());
}

async function madeUser(): Promise<User> {
  let cause: unknown;
  // With a group of its own, or with the group of that name if it's there already.
  for (const group of [['--user-group'], ['--gid', NAME]]) {
    try {
      await promisify(execFile)('useradd', ['--system', '--no-create-home', ...group, NAME]);
    } catch (error) {
      cause = error;
    }
    // Whether or not it was made here: another process may have been faster.
    const user = await userOnMachine();
    if (user !== undefined) return user;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and the user ${NAME} that it would run as can't be made. ` +
      'Make that user, run this as another user than root, or set POSTGRES_URL to a server on which databases can be made.',
    { cause },
  );
}

async function userOnMachine(): Promise<User | undefined> {
  try {
    const [uid, gid] = await Promise.all([idOf('-u'), idOf('-g')]);
    return { uid, gid };
  } catch (error) {
    // `id` says that there is no such user by its exit code.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return undefined;
    throw error;
  }
}

async function idOf(flag: string): Promise<number> {
  const { stdout } = await promisify(execFile)('id', [flag, NAME]);
  return Number.parseInt(stdout, 10);
}
