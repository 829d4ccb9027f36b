/** `npm run bench -- [suite …] [--json] [--quick]` */
import { parseArgs } from 'node:util';
import type { Row } from './row.ts';
import { FULL, QUICK } from './sizes.ts';
import { suites } from './suites.ts';
import { table } from './table.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false } },
});

const unknown = positionals.filter((name) => !suites.has(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. The benchmarks are: ${[...suites.keys()].join(', ')}.`);
  process.exit(2);
}

const all: Row[] = [];
for (const [name, { floor, run }] of suites) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const rows = await run(values.quick ? QUICK : FULL);
  all.push(...rows);
  if (!values.json) console.log(`${name}: beside ${floor}\n\n${table(rows)}\n`);
}
if (values.json) console.log(JSON.stringify(all, null, 2));
