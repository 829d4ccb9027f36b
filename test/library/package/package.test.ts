import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const fileOf = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

test('the package contains the license that it names, which is that of the project', async () => {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: fileOf('code'),
  });
  // The boundary: what the command prints, which is a list of packages or an object of them.
  const packages: Record<string, { readonly files: readonly { readonly path: string }[] }> = JSON.parse(stdout);
  const paths = Object.values(packages).flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths).toContain('LICENSE');
  expect(readFileSync(fileOf('code/LICENSE'), 'utf8')).toBe(readFileSync(fileOf('LICENSE'), 'utf8'));
});
