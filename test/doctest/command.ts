/** The command of the doc tests, as its users start it, and pages for it in a folder of their own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageReport, Report } from '../../src/doctest/report.ts';

export const CLI = fileURLToPath(new URL('../../src/doctest/cli.ts', import.meta.url));
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `--json` prints, and how the command ended. */
export interface Ran extends Report {
  readonly code: number;
  page(name: string): PageReport;
}

export function doctest(args: readonly string[], cwd = ROOT, tmp = tmpdir()): Promise<Ended> {
  const env = { ...process.env, TMPDIR: tmp };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

export async function report(args: readonly string[], cwd?: string, tmp?: string): Promise<Ran> {
  const { code, stdout, stderr } = await doctest(['--json', ...args], cwd, tmp);
  // The boundary: the document that the command prints.
  if (!stdout.startsWith('{')) throw new Error(`The command printed no JSON document, but:\n${stdout}\n${stderr}`);
  const parsed: Report = JSON.parse(stdout);
  return {
    ...parsed,
    code,
    page(name) {
      const found = parsed.pages.find(({ path }) => path.endsWith(`/${name}`) || path === name);
      if (!found) throw new Error(`There is no page ${name} in the report.`);
      return found;
    },
  };
}

export interface Folder {
  readonly path: string;
  /** Writes a file, with the folders that it lies in; gives its path. */
  file(name: string, ...lines: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A folder that lies in no project. */
export async function makeFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'doctest-'));
  return {
    path,
    async file(name, ...lines) {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, `${lines.join('\n')}\n`);
      return file;
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/** A fence of three backticks, with an empty line behind it. */
export function fence(info: string, ...code: readonly string[]): string {
  return [`\`\`\`${info}`, ...code, '```', ''].join('\n');
}
