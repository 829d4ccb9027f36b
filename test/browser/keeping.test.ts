import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, watchedPage } from './chromium.ts';
import { lessons } from './lessons.ts';
import { Snippet } from './snippet.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const PATH = 'guides/writing-lessons/';
const lesson = lessons.find(({ path }) => path === PATH);
const fence = lesson?.live.find(({ keeps }) => keeps);
if (!lesson || !fence) throw new Error(`/${PATH} has no snippet that keeps its rows.`);
/** What it stores without what it does at its end. */
const museum = fence.code.split('\n').slice(0, -2).join('\n');
const count = "console.log(await store.recorder('Museum').maxNotificationId());";

const address = () => new URL(PATH, inject('site')).href;
const keeping = (page: Page) => new Snippet(page, fence.id);

async function open(prepare?: () => void) {
  const watched = await watchedPage(browser, inject('site'));
  if (prepare) await watched.page.addInitScript(prepare);
  await watched.page.goto(address());
  return { ...watched, snippet: keeping(watched.page) };
}

const visits = (number: number) => ({ status: 'done', text: `Visits so far: ${number}` });
const isKept = async ({ figure }: Snippet) => (await figure.getAttribute('data-kept')) !== null;

test('a snippet finds at its next Run what it has stored, also after a reload, until Reset', async () => {
  const { page, snippet, complaints } = await open();
  expect(await snippet.figure.innerText()).toContain('Keeps what it stores between runs. Reset clears it.');
  const recorded = await snippet.figure.locator('[data-recorded] pre').textContent();
  expect(recorded).toBe(lesson.recorded[fence.id]?.text);
  expect(await isKept(snippet)).toBe(false);
  expect(await snippet.run()).toEqual(visits(1));
  expect(await isKept(snippet)).toBe(true);
  expect(await snippet.run()).toEqual(visits(2));

  await page.reload();
  await expect.poll(() => isKept(snippet), { message: 'Reset is there before the first Run' }).toBe(true);
  expect(await snippet.run()).toEqual(visits(3));
  expect(await snippet.figure.locator('[data-recorded] pre').textContent()).toBe(recorded);

  await snippet.press('Reset');
  await expect.poll(() => snippet.figure.innerText()).toContain('Cleared what it kept');
  expect(await isKept(snippet)).toBe(false);
  expect(await snippet.run()).toEqual(visits(1));
  await snippet.press('Reset');
  await expect.poll(() => isKept(snippet)).toBe(false);
  await page.reload();
  expect(await snippet.run()).toEqual(visits(1));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('what a loop has stored is there after Stop, and Reset stops one that goes on', async () => {
  const { page, snippet, complaints } = await open();
  await snippet.type(
    `${museum}\nfor (;;) {\n  await museum.save(new Visit('Rome'));\n  ${count}\n  await new Promise((go) => setTimeout(go, 20));\n}`,
  );
  await snippet.press('Run');
  await expect.poll(async () => (await snippet.text()).split('\n').length).toBeGreaterThan(3);
  await snippet.press('Stop');
  expect(await snippet.ended()).toBe('stopped');
  const told = Number((await snippet.text()).split('\n').at(-1));
  await page.reload();
  await snippet.type(`${museum}\n${count}`);
  const { text } = await snippet.run();
  expect(Number(text)).toBeGreaterThanOrEqual(told);

  await snippet.type(
    `${museum}\nfor (;;) {\n  await museum.save(new Visit('Rome'));\n  await new Promise((go) => setTimeout(go, 20));\n}`,
  );
  await snippet.press('Run');
  await expect.poll(() => snippet.status()).toBe('running');
  await snippet.press('Reset');
  await expect.poll(() => snippet.figure.innerText()).toContain('Cleared what it kept');
  expect(await snippet.run(), 'with the code of the lesson').toEqual(visits(1));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('another tab finds what this one has stored, and the last one to store has its way', async () => {
  const { page, snippet } = await open();
  const other = await page.context().newPage();
  await other.goto(address());
  expect(await snippet.run()).toEqual(visits(1));
  expect(await keeping(other).run()).toEqual(visits(2));
  expect(await snippet.run()).toEqual(visits(3));
  await page.context().close();
});

test('where the browser has no database, the rows last as long as the visit', async () => {
  const { page, snippet, complaints } = await open(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('denied', 'SecurityError');
    };
  });
  expect(await snippet.run()).toEqual(visits(1));
  expect(await snippet.run()).toEqual(visits(2));
  await page.reload();
  expect(await snippet.run()).toEqual(visits(1));
  expect(await isKept(snippet)).toBe(true);
  await snippet.press('Reset');
  await expect.poll(() => isKept(snippet)).toBe(false);
  expect(await snippet.run()).toEqual(visits(1));
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('where the browser has no room, the console says so', async () => {
  const { page, snippet } = await open(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  expect((await snippet.run()).status).toBe('done');
  await expect.poll(() => snippet.text()).toContain('no room left to keep what was stored here');
  expect((await snippet.run()).text).toContain('Visits so far: 2');
  await page.context().close();
});
