import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '../../browser-support/chromium.ts';
import { serveFiles, type TestServer } from '../../browser-support/server.ts';
import { lines } from '../outcome.ts';
import type { StopAt } from '../page/page.ts';
import { program } from '../programs.ts';
import { testSite } from '../support.ts';

/** Runs that keep what they store, with the library as it is published. */
let browser: Browser;
let server: TestServer;
let page: Page;

beforeAll(async () => {
  server = await serveFiles(await testSite('/', {}));
  browser = await launchChromium();
});

beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(server.origin);
  return () => page.close();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

const VISITS = `
import { Aggregate, Application, event } from 'eventsourcing';
import { sqlite } from 'eventsourcing/sqlite';

@event('Visit.Made', 'from')
class Visit extends Aggregate {
  constructor(readonly from: string) { super(); }
}
class Museum extends Application { static aggregates = [Visit]; }

const store = sqlite('a museum.db');
const museum = new Museum({ store });
const visits = () => store.recorder('Museum').maxNotificationId();
`;

async function keeping(code: string, stopAt?: StopAt) {
  const outcome = await page.evaluate(([what, at]) => window.runKeeping(what, at), [
    { program: program(VISITS + code) },
    stopAt,
  ] as const);
  return { status: outcome.status, lines: lines(outcome), sent: outcome.sent };
}

test('a run finds what the runs before it have stored', async () => {
  const code = "await museum.save(new Visit('Rome')); console.log(await visits());";
  expect(await keeping(code)).toMatchObject({ status: 'done', lines: ['log 1'] });
  expect(await keeping(code)).toMatchObject({ status: 'done', lines: ['log 2'] });
  const apart = await page.evaluate((what) => window.run(what), { program: program(VISITS + code) });
  expect(lines(apart), 'a run that keeps nothing').toEqual(['log 1']);
  expect(await keeping(code)).toMatchObject({ status: 'done', lines: ['log 3'] });
});

test('what was reported as stored is kept when the run is stopped at once', async () => {
  const { status } = await keeping("await museum.save(new Visit('Rome')); console.log('stored'); for (;;);", 'console');
  expect(status).toBe('stopped');
  // It's stopped at the first line, and has stored some more by then.
  const loop = `for (let i = 0; ; i++) { await museum.save(new Visit('Rome')); if (i >= 5) console.log(await visits()); }`;
  const stopped = await keeping(loop, 'console');
  expect(stopped.status).toBe('stopped');
  const last = Number(stopped.lines.at(-1)?.replace('log ', ''));
  expect(last).toBeGreaterThanOrEqual(7);
  const [after] = (await keeping('console.log(await visits());')).lines;
  expect(Number(after?.replace('log ', ''))).toBeGreaterThanOrEqual(last);
});

test('so it is after an error, in a loop without end, and after the store was closed', async () => {
  expect((await keeping("await museum.save(new Visit('Rome')); throw new Error('no');")).status).toBe('error');
  expect((await keeping("await museum.save(new Visit('Rome')); for (;;);")).lines).toEqual([
    expect.stringContaining('RUN_LOOP'),
  ]);
  await keeping("void museum.save(new Visit('Rome')); void store.close();");
  expect((await keeping('console.log(await visits());')).lines).toEqual(['log 3']);
});

test('nothing is kept of a transaction that was not committed, nor of a database in memory alone', async () => {
  const first = await keeping(`
    const visit = new Visit('Rome');
    await museum.save(visit);
    const recorder = store.recorder('Museum');
    const [made] = await recorder.select(visit.id);
    console.log(await recorder.insert([{ ...made, aggregateId: crypto.randomUUID() }, made]).catch(({ code }) => code));
    const other = new Museum({ store: sqlite(':memory:') });
    await other.save(new Visit('Rome'));`);
  expect(first).toMatchObject({ status: 'done', lines: ['log ES_VERSION_CONFLICT'] });
  expect((await keeping('console.log(await visits());')).lines).toEqual(['log 1']);
  expect(
    (await keeping("console.log(await sqlite(':memory:').recorder('Museum').maxNotificationId());")).lines,
  ).toEqual(['log 0']);
});

test('several databases are kept, and what is too much is refused once', async () => {
  await keeping("const other = new Museum({ store: sqlite('other.db') }); await other.save(new Visit('Rome'));");
  expect(
    (await keeping("console.log(await sqlite('other.db').recorder('Museum').maxNotificationId());")).lines,
  ).toEqual(['log 1']);
  const { status, lines: printed } = await keeping(`
    for (let i = 0; i < 8; i++) await museum.save(new Visit('x'.repeat(1_000_000)));
    console.log(await visits());`);
  expect(status).toBe('done');
  expect(printed).toEqual([expect.stringMatching(/^error This is too much to be kept.* 4\.0 MB is the most/), 'log 8']);
  const [left] = (await keeping('console.log(await visits());')).lines;
  expect(Number(left?.replace('log ', ''))).toBeLessThan(8);
});

test('a program that stores very much at a time is heard of once in a while, and all of it is kept', async () => {
  const outcome = await keeping(`
    await museum.save(new Visit('x'.repeat(3_000_000)));
    for (let i = 0; i < 40; i++) await museum.save(new Visit('Rome'));
    console.log(await visits());`);
  expect(outcome).toMatchObject({ status: 'done', lines: ['log 41'] });
  // As often as 3 MB fit into what may be sent at once; after that, by the clock.
  expect(outcome.sent).toBeGreaterThan(20);
  expect(outcome.sent).toBeLessThan(40);
  expect((await keeping('console.log(await visits());')).lines).toEqual(['log 41']);
});
