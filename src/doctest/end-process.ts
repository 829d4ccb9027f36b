import { execFileSync, spawnSync } from 'node:child_process';

/** Ends a process and those that it has started, however busy they are. */
export function endProcess(id: number): void {
  if (process.platform === 'win32') {
    attempt(() => execFileSync('taskkill', ['/PID', String(id), '/T', '/F'], { stdio: 'ignore' }));
    return;
  }
  // Once it has ended, nothing tells any more what it had started; but it goes first, since it could start others.
  for (const each of [id, ...descendants(id)]) attempt(() => process.kill(each, 'SIGKILL'));
}

function descendants(id: number): readonly number[] {
  const { stdout, error } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  // A machine without this command has no other that is everywhere.
  if (error) return [];
  const parents = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    parents.flatMap(([child, of]) => (child !== undefined && of === parent ? [child, ...below(child)] : []));
  return below(id);
}

/** A process that has ended in the meantime is what was wanted. */
function attempt(end: () => void): void {
  try {
    end();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
