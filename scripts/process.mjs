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
 * What becomes of a command's output. `aside` is standard error: standard output belongs to the command that the user
 * asked for (`doctest --json`). A function gets it all, as text, when the command has ended.
 * @typedef {'shown' | 'aside' | ((text: string) => void)} Output
 */

/**
 * Starts a command. `ended` resolves to its exit code, and never rejects.
 * @param {readonly string[]} command
 * @param {Output} [output]
 */
export function start([program = '', ...args], output = 'shown') {
  const kept = typeof output === 'function';
  const child = spawn(program, args, {
    cwd: root,
    env,
    stdio: kept ? ['ignore', 'pipe', 'pipe'] : ['inherit', output === 'aside' ? 2 : 'inherit', 'inherit'],
  });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout?.on('data', (data) => chunks.push(data));
  child.stderr?.on('data', (data) => chunks.push(data));
  /** @type {Promise<number>} */
  const ended = new Promise((resolve) => {
    /** @param {number} code */
    const end = (code) => {
      if (kept) output(Buffer.concat(chunks).toString('utf8'));
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${program} cannot be started: ${error.message}`);
      end(127);
    });
    // A command that a signal ended has not succeeded; shells say 130 for an interrupt.
    child.on('close', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  return { child, ended };
}

/**
 * @param {readonly string[]} command
 * @param {Output} [output]
 */
export const run = (command, output) => start(command, output).ended;
