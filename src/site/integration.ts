import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, mkdir, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';
import { programsPath } from '../compiler/page-programs.ts';
import { unlisted } from '../extract/parts.ts';
import { isStoreName } from '../extract/stores.ts';
import { runnerFiles } from '../runner/bundle.ts';
import { type Lesson, readLesson } from './lesson.ts';
import { programsOf } from './programs.ts';

/**
 * Serves what the Run buttons need: `programs/<page>.json` for each page, and the runner's own files under `runner/`.
 * They are no Astro endpoints because Vite would bundle the compilers that make them.
 */
export function workbookFiles(): AstroIntegration {
  let command = '';
  let root = '';
  let content = '';
  let library = '';
  let runnerSources: readonly string[] = [];
  let base = '/';
  return {
    name: 'workbook-files',
    hooks: {
      'astro:config:setup': (setup) => {
        command = setup.command;
      },

      'astro:config:done': async ({ config, logger }) => {
        root = fileURLToPath(config.root);
        content = join(root, 'content/');
        library = join(root, 'code/src/');
        runnerSources = ['compiler/', 'probe/', 'runner/'].map((folder) => join(root, 'src', folder));
        base = config.base.replace(/\/?$/, '/');
        const lost = unlisted(await pagesOf(content));
        // While a part is being written, its author can look at it all the same.
        if (command !== 'build') for (const problem of lost) logger.warn(problem);
        else if (lost.length > 0) throw new Error(lost.join('\n'));
      },

      'astro:server:setup': ({ server, logger }) => {
        let runner: ReturnType<typeof runnerFiles> | undefined;
        const forgetRunner = () => {
          runner = undefined;
          server.ws.send({ type: 'full-reload' });
        };
        server.watcher.add(library);
        server.watcher.on('change', (path) => {
          if (runnerSources.some((folder) => path.startsWith(folder))) forgetRunner();
          if (!path.startsWith(library)) return;
          execFile(
            process.execPath,
            [join(root, 'code', 'build.mjs')],
            { cwd: join(root, 'code') },
            (error, _, problems) => {
              if (error) logger.error(`The library does not build:\n${problems}`);
              else forgetRunner();
            },
          );
        });
        server.middlewares.use((request, response, next) => {
          const { pathname } = new URL(request.url ?? '/', 'http://localhost');
          const path = pathname.startsWith(base) ? pathname.slice(base.length) : pathname.slice(1);
          const [, page, store] = /^programs\/(.+?)(?:\.(memory|sqlite|postgres))?\.json$/.exec(path) ?? [];
          const file = /^runner\/(.+)$/.exec(path)?.[1];
          if (page === undefined && file === undefined) return next();
          const answer = async () => {
            if (page !== undefined) {
              const found = sourceOf(content, page);
              return (
                found && {
                  body: programsJson(readLesson(found), store),
                  contentType: 'application/json; charset=utf-8',
                }
              );
            }
            runner ??= runnerFiles();
            return (await runner).get(file ?? '');
          };
          answer().then(
            (found) => (found ? send(response, 200, found.contentType, found.body) : next()),
            (error: unknown) => {
              const message = error instanceof Error ? error.message : String(error);
              logger.error(message);
              runner = undefined;
              send(response, 500, 'text/plain; charset=utf-8', message);
            },
          );
        });
      },

      'astro:build:done': async ({ dir, logger }) => {
        const out = fileURLToPath(dir);
        const write = async (path: string, body: string | Uint8Array) => {
          await mkdir(dirname(join(out, path)), { recursive: true });
          await writeFile(join(out, path), body);
        };
        for (const [name, { body }] of await runnerFiles()) await write(join('runner', name), body);
        let pages = 0;
        for (const path of await pagesOf(content)) {
          const lesson = readLesson(join(content, path));
          const { stores } = lesson.page;
          for (const store of stores.length > 0 ? stores : [undefined]) {
            await write(programsPath(path.replace(/\.mdx?$/, ''), store, stores[0]), programsJson(lesson, store));
          }
          pages += 1;
        }
        logger.info(`Wrote the programs of ${pages} pages and the runner.`);
      },
    },
  };
}

/** The paths of all pages, within their folder. */
async function pagesOf(content: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of glob('**/*.{md,mdx}', { cwd: content, exclude: (name) => name.startsWith('_') })) {
    paths.push(path);
  }
  return paths.sort();
}

function sourceOf(content: string, page: string): string | undefined {
  if (page.split('/').includes('..')) return undefined;
  return ['.mdx', '.md'].map((extension) => join(content, page + extension)).find((path) => existsSync(path));
}

function programsJson(lesson: Lesson, store: string | undefined): string {
  const chosen = store !== undefined && isStoreName(store) ? store : undefined;
  return `${JSON.stringify(programsOf(lesson, chosen))}\n`;
}

function send(response: ServerResponse, status: number, contentType: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-cache' });
  response.end(body);
}
