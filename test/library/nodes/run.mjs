/**
 * Runs the scenarios with each release of Node that is installed here, and with the one that runs this script. The old releases are
 * in a package of their own, since their command is called `node` like the project's. Where npm has no such package for the machine, CI
 * tries them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

/** The commands of the old releases that there are for this machine. */
function oldNodes() {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'node_modules', '.installed');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`npm ci in ${folder} ended with ${status}; its own message is above.`);
    writeFileSync(stamp, lock);
  }
  // The boundary: a lockfile that npm wrote.
  /** @type {{ readonly packages: object }} */
  const { packages } = JSON.parse(lock);
  return Object.keys(packages)
    .map((path) => join(folder, path, 'bin', 'node'))
    .filter((file) => existsSync(file));
}

for (const node of [...oldNodes(), process.execPath]) {
  const { status, error } = spawnSync(node, ['--no-warnings', join(folder, 'scenarios.mjs')], { stdio: 'inherit' });
  if (error) console.error(`${node} cannot be started: ${error.message}`);
  if (status !== 0) process.exitCode = 1;
}
