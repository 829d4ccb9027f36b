/**
 * Every command of the project starts here, with whatever Node the machine has (20 or later) and nothing installed.
 * The script installs what is missing, puts the project's own Node 24 first on the PATH, and then runs the steps.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { browserSteps } from './browsers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, ASTRO_TELEMETRY_DISABLED: '1' };

const vitest = (folder) => ['vitest', 'run', '--config', `test/${folder}/vitest.config.ts`];

/** The parts of `npm test`, in order. Each can be run alone: `npm test -- types library`. */
const parts = {
  lint: [['biome', 'ci', '--error-on-warnings', '.']],
  types: [['tsc', '-p', '.']],
  library: [['npm', 'run', '--silent', 'check', '-w', 'code'], vitest('library')],
  doctest: [vitest('doctests'), ['node', 'src/doctest/cli.ts']],
  runner: [vitest('runner')],
  build: [['astro', 'build', '--silent']],
  site: [vitest('site')],
  browser: [vitest('browser')],
};

const commands = {
  async start(args) {
    await buildLibrary();
    const servers = [
      ['astro', 'dev', ...args],
      ['node', 'src/doctest/cli.ts', '--watch'],
    ].map(start);
    const stop = (signal) => {
      for (const server of servers) server.child.kill(signal);
    };
    process.on('SIGINT', () => stop('SIGINT'));
    process.on('SIGTERM', () => stop('SIGTERM'));
    // The site is the command; the doc tests only accompany it.
    const code = await servers[0].ended;
    stop('SIGTERM');
    return code;
  },

  async build(args) {
    await buildLibrary();
    return await run(['astro', 'build', ...args]);
  },

  async doctest(args) {
    await buildLibrary();
    return await run(['node', 'src/doctest/cli.ts', ...args]);
  },

  async test(args) {
    const unknown = args.filter((name) => !(name in parts));
    if (unknown.length > 0) {
      console.error(
        `There is no part ${unknown.join(', ')} in the tests. The parts are: ${Object.keys(parts).join(', ')}.`,
      );
      return 2;
    }
    const wanted = args.length > 0 ? args : Object.keys(parts);
    await buildLibrary();
    if (wanted.includes('runner') || wanted.includes('browser')) {
      for (const step of browserSteps()) {
        const code = await run(step.command);
        if (code !== 0 && step.needed) return fail(`${step.command.join(' ')} ended with ${code}: ${step.why}`);
      }
    }
    const failed = [];
    for (const name of wanted) {
      const started = Date.now();
      console.log(`\n── ${name}`);
      let code = 0;
      for (const command of parts[name]) {
        code = await run(command);
        if (code !== 0) break;
      }
      console.log(`── ${name}: ${code === 0 ? 'ok' : 'FAILED'} after ${Math.round((Date.now() - started) / 1000)} s`);
      if (code !== 0) failed.push(name);
    }
    if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}. Run one alone with: npm test -- ${failed[0]}`);
    // On a line of its own and in this form, so that a machine can read it too.
    console.log(`\n${wanted.length - failed.length} passed, ${failed.length} failed`);
    return failed.length === 0 ? 0 : 1;
  },
};

/** Installs the dependencies when there are none, or others than the lockfile names. */
async function install() {
  const stamp = join(root, 'node_modules', '.installed');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies …');
  const code = await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { quietOutput: true });
  if (code !== 0) process.exit(fail(`npm ci ended with ${code}; its own message is above.`));
  writeFileSync(stamp, lock);
}

async function buildLibrary() {
  const code = await run(['npm', 'run', '--silent', 'build', '-w', 'code'], { quietOutput: true });
  if (code !== 0) process.exit(fail('The library in code/ does not build; the compiler’s message is above.'));
}

function start([command, ...args], { quietOutput = false } = {}) {
  // Standard output belongs to the command itself (`doctest --json`): preparations write to standard error.
  const child = spawn(command, args, { cwd: root, env, stdio: ['inherit', quietOutput ? 2 : 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(fail(`${command} cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  return { child, ended };
}

function run(command, options) {
  return start(command, options).ended;
}

function fail(message) {
  console.error(message);
  return 1;
}

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name)) {
  process.exit(fail(`There is no command ${name}. The commands are: ${Object.keys(commands).join(', ')}.`));
}
await install();
process.exit(await commands[name](args));
