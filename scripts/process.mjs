/** Starting other programs as npm would: in the project's root, with the project's own tools first on the PATH. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  // Nothing of ours reports to anybody.
  ASTRO_TELEMETRY_DISABLED: '1',
};

/** @param {string} path */
export const inRoot = (path) => join(root, path);

/**
 * Starts a command. `ended` resolves to its exit code, and never rejects. With `aside`, what it prints goes to standard
 * error: standard output belongs to the command that the user asked for (`doctest --json`).
 * @param {readonly string[]} command
 * @param {{ aside?: boolean }} [options]
 */
export function start([program = '', ...args], { aside = false } = {}) {
  const child = spawn(program, args, { cwd: root, env, stdio: ['inherit', aside ? 2 : 'inherit', 'inherit'] });
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}`);
      resolve(127);
    });
    // A command that a signal ended has not succeeded; shells say 130 for an interrupt.
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  return { child, ended };
}

/**
 * @param {readonly string[]} command
 * @param {{ aside?: boolean }} [options]
 */
export const run = (command, options) => start(command, options).ended;
