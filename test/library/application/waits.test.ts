import { readFileSync } from 'node:fs';
import { type EnvVariable, envVariables } from 'eventsourcing';
import { postgresFromEnv } from 'eventsourcing/postgres';
import { sqliteFromEnv } from 'eventsourcing/sqlite';
import { expect, test } from 'vitest';
import { DEFAULT_MS } from '../../../code/src/sql/durations.ts';

test('the production guide has each wait of the stores, with its option, its variable and its default', () => {
  const guide = readFileSync(new URL('../../../content/guides/running-in-production.mdx', import.meta.url), 'utf8');
  const row = /^\| .+ \| .+ \| `(\w+Timeout)` \| `([A-Z_]+)` \| (\d+) \| (.+) \|$/gm;
  const rows = [...guide.matchAll(row)].map(([, option, variable, milliseconds, then]) => ({
    option,
    variable,
    milliseconds: Number(milliseconds),
    then,
  }));
  expect(Object.fromEntries(rows.map(({ option, milliseconds }) => [option, milliseconds]))).toEqual(DEFAULT_MS);
  const waits = envVariables({ stores: { sqlite: sqliteFromEnv, postgres: postgresFromEnv } }).filter(
    ({ unit }: EnvVariable) => unit === 'milliseconds',
  );
  expect(rows.map(({ variable }) => variable).sort()).toEqual(waits.map(({ name }) => name).sort());
  for (const { variable, milliseconds } of rows) {
    expect(waits.find(({ name }) => name === variable)?.doc).toContain(`; ${milliseconds} unless set.`);
  }
  const codes = ['`ES_STORE_BUSY`', '`ES_STORE_UNAVAILABLE`', '`ES_STORE_CLOSED`', 'another attempt'];
  for (const { then } of rows) expect(codes).toContain(then);
});
