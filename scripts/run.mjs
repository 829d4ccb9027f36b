/**
 * Every command of the project starts here, with whatever Node the machine has (20 or later) and nothing installed.
 * The script installs what is missing, puts the project's own Node 24 first on the PATH, and then runs the steps.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { missingBrowsers } from './browsers.mjs';
import { LANES, ofTheSite, parts, vitest } from './parts.mjs';
import { inRoot, run, start } from './process.mjs';

/** @typedef {(args: readonly string[]) => Promise<number>} Command Resolves to the exit code. */

/** @type {Map<string, Command>} */
const commands = new Map([
  ['start', serve],
  ['build', (args) => run(['astro', 'build', ...args])],
  ['doctest', (args) => run(['node', 'src/doctest/cli.ts', ...args])],
  ['test', test],
  ['prove', prove],
  ['bench', (args) => run(['node', 'code/benchmarks/cli.ts', ...args])],
]);

/** @type {Command} */
async function serve(args) {
  const site = start(['astro', 'dev', ...args]);
  // The doc tests accompany the site: they say in the terminal which fence fails, and at which line, as an author saves.
  const doctests = start(['node', 'src/doctest/cli.ts', '--watch']);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      site.child.kill(signal);
      doctests.child.kill(signal);
    });
  }
  const code = await site.ended;
  doctests.child.kill('SIGTERM');
  return code;
}

/** @type {Command} */
async function test(args) {
  const unknown = args.filter((name) => !parts.has(name));
  if (unknown.length > 0) {
    console.error(`The tests have no part ${unknown.join(', ')}. The parts are: ${[...parts.keys()].join(', ')}.`);
    return 2;
  }
  const wanted = args.length > 0 ? args : [...parts.keys()];
  if (['runner', 'fences', 'pages', 'browser'].some((name) => wanted.includes(name))) {
    for (const { command, needed, why } of missingBrowsers()) {
      const code = await run(command);
      if (code !== 0 && needed) return fail(`${command.join(' ')} ended with ${code}: ${why}`);
    }
  }
  /** @type {string[]} */
  const failed = [];
  /** @type {(passed: boolean) => void} */
  let hasBuilt = () => {};
  /** @type {Promise<boolean>} Whether there is a site to look at. */
  const built = new Promise((resolve) => {
    hasBuilt = resolve;
  });
  if (!wanted.includes('build')) hasBuilt(true);
  const waiting = [...parts.keys()].filter((name) => wanted.includes(name));
  const inCompany = waiting.length > 1;
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const passed = ofTheSite.includes(name) && !(await built) ? skip(name) : await passes(name, inCompany);
      if (!passed) failed.push(name);
      if (name === 'build') hasBuilt(passed);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}. Run one alone with: npm test -- ${failed[0]}`);
  // On a line of its own and in this form, so that a machine can read it too.
  console.log(`\n${wanted.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

/** @param {string} part */
function skip(part) {
  console.log(`── ${part}: FAILED, since there is no site to look at: build has failed`);
  return false;
}

/**
 * @param {string} part
 * @param {boolean} inCompany Other parts are running: what this one prints is shown in one piece, when it has ended.
 */
async function passes(part, inCompany) {
  const began = Date.now();
  /** @type {string[]} */
  const texts = [];
  if (inCompany) console.log(`── ${part} …`);
  let code = 0;
  for (const command of parts.get(part) ?? []) {
    code = await run(command, inCompany ? (text) => texts.push(text) : 'shown');
    if (code !== 0) break;
  }
  if (inCompany) console.log(`\n── ${part}\n${texts.join('')}`);
  console.log(`── ${part}: ${code === 0 ? 'ok' : 'FAILED'} after ${Math.round((Date.now() - began) / 1000)} s`);
  return code === 0;
}

/**
 * The long proofs in full. `npm test` runs the same ones in small.
 * @type {Command}
 */
async function prove(args) {
  const ending = '.test.ts';
  const known = readdirSync(inRoot('test/library/proofs')).filter((file) => file.endsWith(ending));
  const files = args.map((name) => `${name}${ending}`);
  if (files.some((file) => !known.includes(file))) {
    const names = known.map((file) => file.slice(0, -ending.length));
    const unknown = args.filter((name) => !names.includes(name));
    console.error(`There is no proof ${unknown.join(', ')}. The proofs are: ${names.join(', ')}.`);
    return 2;
  }
  return await run([...vitest('library/proofs'), ...files.map((file) => inRoot(`test/library/proofs/${file}`))]);
}

/** Installs the dependencies when there are none, or others than the lockfile names. */
async function install() {
  const stamp = inRoot('node_modules/.installed');
  const lock = createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return 0;
  console.error('Installing dependencies …');
  const code = await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], 'aside');
  if (code !== 0) return fail(`npm ci ended with ${code}; its own message is above.`);
  writeFileSync(stamp, lock);
  return 0;
}

async function buildLibrary() {
  const code = await run(['npm', 'run', '--silent', 'build', '-w', 'code'], 'aside');
  return code === 0 ? 0 : fail('The library in code/ does not build; the compiler’s message is above.');
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  return 1;
}

const [name = '', ...args] = process.argv.slice(2);
const command = commands.get(name);
process.exitCode = command
  ? (await install()) || (await buildLibrary()) || (await command(args))
  : fail(`There is no command ${name}. The commands are: ${[...commands.keys()].join(', ')}.`);
