/**
 * Doc tests from the command line: every `ts` fence of the given Markdown is type-checked and executed.
 * See HELP for the options, and `Report` in report.ts for what `--json` prints.
 */
import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { unlisted } from '../extract/parts.ts';
import { createDoctest } from './doctest.ts';
import { findPages } from './find.ts';
import { type Ceilings, type PageReport, type Report, renderReport, reportRun } from './report.ts';
import { watchPages } from './watch.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const CONTENT = join(ROOT, 'content');

const HELP = `npm run doctest -- [globs …] [options]

Type-checks and runs every \`ts\` fence of the Markdown files that the globs match, and prints what came of them.
Without globs these are the pages of the workbook: content/**/*.{md,mdx}. A page of another project imports what is
installed there.

  --json              print one JSON document and nothing else: { ok, totals, problems, pages: [{ path, title, found, stores,
                      run, failed, uncompiled, typed, static, node, skipped, notUnderstood, failures: [{ kind, line,
                      column, store, message, expected, found }], notices, changes: [{ path, line, what }],
                      unwritten: [{ line, reason }], fences: [{ id, store, line, status, text }] }] }
  --update            write what the fences print into \`//=>\`, \`output\` fences and recordings, and list what was written
  --watch             test again whatever changes
  --ceilings <file>   the JSON file that says how many fences may be static and how many run in Node only:
                      { "static": 0, "node": 0 }; for the workbook's own pages this is src/doctest/ceilings.json
  --help              print this

It ends with 0 if all is well, with 1 if anything failed, and with 2 if it was called in a way that makes no sense.
`;

/** A call that makes no sense: the caller reads the message, and no stack. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface Call {
  readonly patterns: readonly string[];
  readonly ceilings: Ceilings | undefined;
  readonly json: boolean;
  readonly update: boolean;
  readonly watch: boolean;
  readonly help: boolean;
}

function readCall(): Call {
  const { values, positionals } = parseCall();
  if (values.watch && (values.json || values.update)) {
    throw new UsageError('--watch goes with neither --json nor --update.');
  }
  const own = positionals.length === 0;
  const ceilings = values.ceilings ?? (own ? join(ROOT, 'src', 'doctest', 'ceilings.json') : undefined);
  return {
    patterns: own ? [join(CONTENT, '**', '*.{md,mdx}')] : positionals,
    ceilings: ceilings === undefined ? undefined : readCeilings(ceilings),
    json: values.json,
    update: values.update,
    watch: values.watch,
    help: values.help,
  };
}

function parseCall() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        update: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        ceilings: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readCeilings(path: string): Ceilings {
  const data: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof data === 'object' && data !== null && 'static' in data && 'node' in data) {
    const { static: most, node } = data;
    if (typeof most === 'number' && typeof node === 'number') return { static: most, node };
  }
  throw new UsageError(`${path} should hold ceilings, like this: { "static": 0, "node": 0 }.`);
}

async function main(): Promise<number> {
  const call = readCall();
  if (call.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const doctest = createDoctest();
  try {
    if (call.watch) {
      await watchPages({
        doctest,
        patterns: call.patterns,
        library: join(ROOT, 'code', 'dist', 'index.js'),
        print: (reports) => printReport(reportRun(reports, unlistedParts(reports)), false),
        complain: (error) => console.error(error),
        signal: interruption(),
      });
      return 0;
    }
    const { paths, problems } = await findPages(call.patterns);
    const reports = call.update ? await doctest.update(paths) : await doctest.test(paths);
    const report = reportRun(reports, [...problems, ...unlistedParts(reports)], call.ceilings);
    if (call.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else printReport(report, call.update);
    return report.ok ? 0 : 1;
  } finally {
    await doctest.close();
  }
}

function printReport(report: Report, updated: boolean): void {
  const read = (path: string) => readFileSync(path, 'utf8').split(/\r\n|\r|\n/);
  process.stdout.write(renderReport(report, read, { updated }));
}

/** Pages of the workbook that no reader would find. */
function unlistedParts(reports: readonly PageReport[]): readonly string[] {
  return unlisted(reports.map(({ path }) => relative(CONTENT, resolve(path))).filter((path) => !path.startsWith('..')));
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

try {
  const code = await main();
  // A thread that a snippet holds in an endless loop would keep the process alive: so end it, when all is written.
  process.stdout.write('', () => process.exit(code));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
}
