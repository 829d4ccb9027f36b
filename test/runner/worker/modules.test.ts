import { expect, test } from 'vitest';
import { createModules, missingExport } from '../../../src/runner/worker/modules.ts';

test('specifiers become addresses, in imports only', async () => {
  const modules = createModules();
  const code = [
    'import { a } from "/dog.ts";',
    'const text = `',
    'import { a } from "/dog.ts";`;',
    'export { b } from "eventsourcing";',
    'export const all = [a, text, import.meta.url];',
  ].join('\n');
  modules.add(
    [
      { name: '/dog.ts', code: 'export const a = 1;' },
      { name: '/program.ts', code },
    ],
    { eventsourcing: 'export const b = 2;' },
  );
  const text = await (await fetch(modules.url('/program.ts'))).text();
  expect(text).toBe(
    code
      .replace('import { a } from "/dog.ts";\nconst', `import { a } from "${modules.url('/dog.ts')}";\nconst`)
      .replace('"eventsourcing"', `"${modules.url('eventsourcing')}"`),
  );
  expect(modules.name(modules.url('/dog.ts'))).toBe('/dog.ts');
  expect(modules.readable(`The module '${modules.url('/dog.ts')}' is bad`)).toBe("The module '/dog.ts' is bad");
});

test('an import that is not there, and a circle, are named', () => {
  const modules = createModules();
  modules.add(
    [
      { name: '/a.ts', code: 'import "fs";' },
      { name: '/b.ts', code: 'import "/c.ts";' },
      { name: '/c.ts', code: 'import "/b.ts";' },
    ],
    { eventsourcing: '' },
  );
  expect(() => modules.url('/a.ts')).toThrow(
    "There is no module 'fs' here. What can be imported: 'eventsourcing', '/a.ts'",
  );
  expect(() => modules.url('/b.ts')).toThrow('The files import each other in a circle: /b.ts → /c.ts → /b.ts.');
});

test('a name that a module does not export is found, with its place', () => {
  const exportsOf = (specifier: string) => (specifier === 'eventsourcing' ? ['Aggregate', 'event'] : undefined);
  const code = 'import x from "other";\nimport { Aggregate, evnt as e } from "eventsourcing";';
  expect(missingExport(code, exportsOf)).toEqual({
    message: "'eventsourcing' does not export 'evnt'. It exports: Aggregate, event.",
    line: 2,
    column: 1,
  });
  expect(missingExport('import { Aggregate as A } from "eventsourcing";', exportsOf)).toBeUndefined();
});
