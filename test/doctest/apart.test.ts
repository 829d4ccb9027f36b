/** Pages of other people, each with something that concerns no other page; all of them go through one call. */
import { existsSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Folder, fence, makeFolder, type Ran, report } from './command.ts';

let folder: Folder;
let server: Server;
let ran: Ran;
const asked: string[] = [];

/** Reaches for the network in spite of the types. */
const ask = (url: string) =>
  `await (globalThis as unknown as { fetch(url: string): Promise<unknown> }).fetch('${url}');`;

beforeAll(async () => {
  folder = await makeFolder();
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  const url = `http://127.0.0.1:${address.port}`;
  const file = (name: string, ...lines: string[]) => folder.file(`docs/${name}`, ...lines);

  await file('innocent.md', fence('ts', "String('innocent') //=> 'innocent'"));
  await file(
    'loop.md',
    fence('ts', '1 + 1 //=> 2'),
    fence('ts', 'for (;;) Math.random();'),
    fence('ts', '2 + 2 //=> 4'),
    fence('ts scope', '3 + 3 //=> 6'),
  );
  await file('loop-in-timer.md', fence('ts', 'setTimeout(() => {', '  for (;;) Math.random();', '}, 1);'));
  await file(
    'ended.md',
    fence('ts', "String('before') //=> 'before'"),
    fence('ts node="it ends its process"', "process.kill(process.pid, 'SIGKILL');", 'await new Promise(() => {});'),
    fence('ts', "String('after')"),
  );
  await file(
    'late.md',
    fence('ts', "String('fine') //=> 'fine'"),
    fence(
      'ts node="it reads a file"',
      "import { readFile } from 'node:fs/promises';",
      "void readFile('there/is/no/such/file');",
    ),
  );
  await file(
    'leaves-things.md',
    fence(
      'ts node="it changes its process"',
      "import { chdir } from 'node:process';",
      "process.env.LEFT_BEHIND = 'yes';",
      "Object.assign(Object.prototype, { leftBehind: 'yes' });",
      'Array.prototype.map = () => [];',
      "chdir('/');",
    ),
  );
  await file(
    'finds-nothing.md',
    fence(
      'ts node="it looks at its process"',
      'process.env.LEFT_BEHIND; //=> undefined',
      "'leftBehind' in {}; //=> false",
      '[1].map((each) => each); //=> [ 1 ]',
      "process.cwd() === '/'; //=> false",
    ),
  );
  await file(
    'untyped.md',
    fence('ts', "String('before') //=> 'before'"),
    fence(
      'ts node="it writes a file"',
      "import { writeFileSync } from 'node:fs';",
      "const legs: number = 'four';",
      `writeFileSync(${JSON.stringify(join(folder.path, 'written.txt'))}, String(legs));`,
      `await fetch('${url}/untyped');`,
    ),
    fence('ts', "String('after')"),
  );
  await file('asks.md', fence('ts', ask(`${url}/asks`)));
  await file('asks-through-package.md', fence('ts', "import { ask } from 'asker';", `await ask(${address.port});`));
  await file(
    'asks-in-node.md',
    fence(
      'ts node="it asks a server"',
      "import { get } from 'node:http';",
      `await new Promise((resolve) => get('${url}/in-node', resolve));`,
    ),
  );

  await folder.file(
    'node_modules/asker/package.json',
    '{ "name": "asker", "type": "module", "exports": "./index.js" }',
  );
  await folder.file('node_modules/asker/index.d.ts', 'export declare function ask(port: number): Promise<void>;');
  await folder.file(
    'node_modules/asker/index.js',
    "import { get } from 'node:http';",
    "export const ask = (port) => new Promise((done, fail) => get({ host: '127.0.0.1', port, path: '/package' }, done).on('error', fail));",
  );
  // A package that the workbook has as well, in another version.
  await folder.file(
    'docs/node_modules/yaml/package.json',
    '{ "name": "yaml", "type": "module", "exports": "./index.js" }',
  );
  await folder.file('docs/node_modules/yaml/index.d.ts', "export declare const origin: 'the page';");
  await folder.file('docs/node_modules/yaml/index.js', "export const origin = 'the page';");
  await folder.file(
    'package.json',
    '{ "name": "kennel", "type": "module", "exports": { ".": { "types": "./kennel.d.ts", "default": "./kennel.js" } } }',
  );
  await folder.file('kennel.d.ts', 'export declare const open: boolean;');
  await folder.file('kennel.js', 'export const open = true;');
  await file(
    'imports.md',
    fence(
      'ts',
      "import { memory } from 'eventsourcing';",
      "import { open } from 'kennel';",
      "import { origin } from 'yaml';",
      "origin //=> 'the page'",
      'open //=> true',
      "typeof memory //=> 'function'",
    ),
    fence('ts node="it imports on the way"', "(await import('yaml')).origin //=> 'the page'"),
  );
  await file(
    'imports-of-others.md',
    fence('ts', "import { parse } from 'esbuild';", 'parse;'),
    fence('ts node="it has the modules of Node"', "import { z } from 'zod';", 'z;'),
    fence('ts', "import { sep } from 'node:path';", 'sep;'),
  );
  // A project that has the library itself.
  await folder.file(
    'own/node_modules/eventsourcing/package.json',
    '{ "name": "eventsourcing", "type": "module", "exports": { ".": "./index.js", "./testing": "./index.js" } }',
  );
  await folder.file('own/node_modules/eventsourcing/index.d.ts', "export declare const origin: 'the page';");
  await folder.file('own/node_modules/eventsourcing/index.js', "export const origin = 'the page';");
  await folder.file(
    'own/page.md',
    fence('ts', "import { origin } from 'eventsourcing';", "origin //=> 'the page'"),
    fence('ts', "import { origin as other } from 'eventsourcing/testing';", 'other === origin //=> true'),
  );
  await writeFile(join(folder.path, 'docs/bom.md'), `\uFEFF${fence('ts', "String('marked') //=> 'marked'")}`);
  await symlink(join(folder.path, 'docs/bom.md'), join(folder.path, 'docs/link.md'));
  ran = await report(['docs/**/*.md', 'own/*.md'], folder.path);
});
afterAll(async () => {
  server.close();
  await folder.remove();
});

/** How the fences of a page ended, in order. */
const statuses = (name: string) => ran.page(name).fences.map(({ status }) => status);

test('pages that have nothing to do with the others pass', () => {
  for (const name of ['innocent.md', 'finds-nothing.md', 'bom.md']) {
    expect(ran.page(name)).toMatchObject({ run: 1, found: 1, failures: [] });
  }
  expect(ran).toMatchObject({ ok: false, code: 1 });
  expect(
    ran.pages.filter(({ path }) => path.endsWith('link.md')),
    'a page under two names is one',
  ).toEqual([]);
});

describe('a page that does not end', () => {
  test('is ended at the fence that holds it, and what ran before counts', () => {
    const page = ran.page('loop.md');
    expect(page).toMatchObject({ found: 4, run: 2, failed: 1, uncompiled: 0 });
    expect(page.failures).toEqual([
      { kind: 'hung', line: 6, message: expect.stringMatching(/within 10 s.*endless loop/) },
    ]);
    expect(page.skipped).toEqual([
      { line: 10, reason: expect.stringContaining('line 6 did not end') },
      { line: 14, reason: expect.stringContaining('line 6 did not end') },
    ]);
  });

  test('a loop in a timer is one, too', () => {
    expect(ran.page('loop-in-timer.md').failures).toMatchObject([{ kind: 'hung', line: 2 }]);
  });

  test('nor does one whose process is ended come to more than that', () => {
    const page = ran.page('ended.md');
    expect(page).toMatchObject({ found: 3, run: 2, failed: 1 });
    expect(page.failures).toMatchObject([
      { kind: 'threw', line: 6, message: expect.stringContaining('ended the process') },
    ]);
    expect(page.skipped).toMatchObject([{ line: 11 }]);
  });
});

test('what is rejected when its snippet is over belongs to its page', () => {
  expect(ran.page('late.md').failures).toMatchObject([
    { kind: 'rejection', message: expect.stringContaining('no/such/file') },
  ]);
});

test('what a page changes is gone with it', () => {
  expect(statuses('leaves-things.md')).toEqual(['done']);
  expect(ran.page('finds-nothing.md').failures).toEqual([]);
});

test('a fence with a type error does not run, nor does what needs it; what stands before it does', () => {
  const page = ran.page('untyped.md');
  expect(page).toMatchObject({ found: 3, run: 1, failed: 0, uncompiled: 1 });
  expect(statuses('untyped.md')).toEqual(['done', 'uncompiled', 'skipped']);
  expect(page.skipped).toEqual([{ line: 13, reason: expect.stringContaining('line 6 does not compile') }]);
  expect(page.failures).toMatchObject([{ kind: 'type', line: 7 }]);
  expect(existsSync(join(folder.path, 'written.txt'))).toBe(false);
});

test('a live fence reaches no network, not even through a package; a fence for Node does', () => {
  expect(ran.page('asks.md').failures).toMatchObject([
    { kind: 'threw', line: 2, message: expect.stringContaining('without a network') },
  ]);
  expect(ran.page('asks-through-package.md').failures).toMatchObject([
    { message: expect.stringContaining('without a network') },
  ]);
  expect(ran.page('asks-in-node.md').failures).toEqual([]);
  expect(asked).toEqual(['/in-node']);
});

describe('imports', () => {
  test('come from the folder of the page, and the library from the workbook', () => {
    expect(ran.page('imports.md')).toMatchObject({ run: 2, failures: [] });
  });

  test('the library comes from the folder of the page, if it has one', () => {
    expect(ran.page('own/page.md')).toMatchObject({ run: 2, failures: [] });
  });

  test('what the page has not got is an error at its line, although the workbook has it', () => {
    const page = ran.page('imports-of-others.md');
    expect(page).toMatchObject({ run: 0, uncompiled: 3, skipped: [] });
    expect(page.failures).toEqual([
      expect.objectContaining({
        kind: 'compile',
        line: 2,
        message: expect.stringMatching(/'esbuild'.*installed for the page/),
      }),
      expect.objectContaining({ kind: 'compile', line: 7, message: expect.stringMatching(/'zod'.*modules of Node/) }),
      expect.objectContaining({ kind: 'compile', line: 12, message: expect.stringContaining("'node:path'") }),
    ]);
  });
});
