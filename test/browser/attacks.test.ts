import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { hashOf } from '../../src/components/snippet/edits.ts';
import { launch, watchedPage } from './chromium.ts';
import { longestTask } from './longest-task.ts';
import { Snippet } from './snippet.ts';

/** Code that is set on making the page useless. Whatever it does, the page answers, says why it ended, and goes on. */

/** The longest that the page may be at work without a pause. */
const LONGEST_MS = 300;
/** How soon Stop answers. */
const STOP_MS = 1_000;
const PATH = 'getting-started/a-dog-class/';
/** How long an attack may rage before it is stopped. */
const RAGE_MS = 1_500;

let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  const watched = await watchedPage(browser, inject('site'));
  ({ page, complaints } = watched);
  page.setDefaultTimeout(90_000);
  await page.goto(new URL(PATH, inject('site')).href);
  return () => page.context().close();
});

async function expectNextRunWorks() {
  await new Snippet(page, 'f1').press('Reset');
  expect(await new Snippet(page, 'f2').run()).toMatchObject({ status: 'done', text: expect.stringContaining('Fido') });
  expect(complaints).toEqual([]);
}

/** Presses Stop, and tells how long that took by the page's own clock, in milliseconds. */
function stop(fence: string): Promise<number> {
  return page.evaluate(async (id) => {
    const figure = document.querySelector<HTMLElement>(`figure[data-fence="${id}"]`);
    const pressed = performance.now();
    figure?.querySelector<HTMLElement>('[data-action=stop]')?.click();
    while (figure?.dataset.status === 'running') await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - pressed;
  }, fence);
}

const BIDI = '\\u202e👩‍👩‍👧‍👦\\u202d';
const print = (text: string, times = 9) => `for (let i = 0; i < ${times}; i++) console.log(${text});`;

describe('what ends by itself leaves the page awake', () => {
  test.each([
    ['lines of stacked emoji with bidi marks', print(`'${BIDI}'.repeat(7_000)`), 'done', /👩/],
    ['a letter with 99,000 marks', print("'a' + '\\u0301'.repeat(99_000)"), 'done', /1987 more marks/],
    ['many letters with many marks', print("('a' + '\\u0301'.repeat(400)).repeat(240)"), 'done', /388 more marks/],
    ['lines that turn at each letter', print("'aא1ב('.repeat(19_000)"), 'done', /aא1ב/],
    ['lines of bidi isolates', print("'\\u2067a\\u2066א'.repeat(24_000)"), 'done', /a/],
    ['letters that join', print("'क्षि्'.repeat(19_000)"), 'done', /क्षि/],
    ['very long lines', print("'x'.repeat(99_000)"), 'done', /x{2000}$/],
    ['very many lines', print("'x\\n'.repeat(49_000)"), 'done', /x\nx/],
    ['very many entries', print("'line ' + i + ' ' + 'y'.repeat(400)", 1_990), 'done', /line 1989/],
    [
      'many entries with more to them',
      print("{ a: { b: { c: { d: i } } }, s: 'a\\u0301'.repeat(150) }", 900),
      'done',
      /Object/,
    ],
    [
      'an assertion with long sides',
      `import assert from 'node:assert/strict';\nassert.equal('${BIDI}'.repeat(9_000), 'b'.repeat(90_000));`,
      'error',
      /received/,
    ],
    [
      'hundreds of failed tests with long names and messages',
      "import { expect, test } from 'vitest';\nfor (let i = 0; i < 400; i++) test(i + 'name'.repeat(100), () => { throw new Error('क्षि्'.repeat(100)); });",
      'error',
      /400 failed/,
    ],
    ['a flood of lines', "for (;;) console.log('again');", 'error', /printed more than 2,000 lines/],
    [
      'a flood of large errors',
      "for (let i = 0; i < 2_400; i++) postMessage({ type: 'error', error: { name: 'E', message: 'x'.repeat(20_000), frames: [] } });",
      'error',
      /posted more than 500 messages of its own/,
    ],
    [
      'a flood of forged test results',
      "for (let i = 0; i < 2_400; i++) postMessage({ type: 'test', result: { fence: 'f1', name: 'x'.repeat(20_000), blocks: [], status: 'pass' } });",
      'error',
      /posted more than 500/,
    ],
    ['a flood of small messages', 'for (;;) postMessage(1);', 'error', /posted more than 500/],
    [
      'a flood of messages that cannot be cloned again',
      'for (;;) { const { port1 } = new MessageChannel(); postMessage(port1, [port1]); }',
      'error',
      /posted more than 500/,
    ],
  ])('%s', async (_, code, status, text) => {
    const snippet = new Snippet(page, 'f1');
    await snippet.type(code);
    const longest = await longestTask(browser, page, async () => {
      await snippet.press('Run');
      expect(await snippet.ended()).toBe(status);
    });
    // All of it, with what is not laid out since it is out of view.
    expect(await snippet.console.textContent()).toMatch(text);
    expect(longest).toBeLessThan(LONGEST_MS);
    await expectNextRunWorks();
  });
});

describe('Stop answers within a second', () => {
  test.each([
    ['a compiler that would take years', `const x = ${'<T>('.repeat(40)}1${')'.repeat(40)}`],
    ['an endless loop', 'for (;;);'],
    ['large messages', 'const big = Array.from({ length: 200_000 }, (_, i) => ({ i }));\nfor (;;) postMessage(big);'],
    ['lines in bursts', "setInterval(() => { for (let i = 0; i < 50; i++) console.log('क्षि्'.repeat(300)); }, 100);"],
  ])('amid %s', async (_, code) => {
    const snippet = new Snippet(page, 'f1');
    await snippet.type(code);
    let took = Number.POSITIVE_INFINITY;
    const longest = await longestTask(browser, page, async () => {
      await snippet.press('Run');
      await page.waitForTimeout(RAGE_MS);
      took = await stop('f1');
    });
    expect(took).toBeLessThan(STOP_MS);
    expect(longest).toBeLessThan(LONGEST_MS);
    await snippet.type("console.log('edited anew');");
    expect(await snippet.run()).toEqual({ status: 'done', text: 'edited anew' });
    await expectNextRunWorks();
  });
});

test('a long line is shown in pieces, as the reader asks for them', async () => {
  const snippet = new Snippet(page, 'f1');
  await snippet.type("console.log('x'.repeat(15_000));");
  await snippet.run();
  const shown = async () => (await snippet.text()).replaceAll('\n', '').length;
  expect(await shown()).toBe(2_000);
  await snippet.console.getByRole('button', { name: '… 13,000 more characters' }).click();
  expect(await shown()).toBe(12_000);
  await snippet.console.getByRole('button', { name: '… 3,000 more characters' }).click();
  expect(await shown()).toBe(15_000);
  expect(await snippet.console.getByRole('button').count()).toBe(0);
});

describe('what is shown is what runs', () => {
  /** Opens the page with an edit in the browser's storage, and measures. */
  async function reloadWith(code: string): Promise<number> {
    const original = (await page.locator('figure[data-fence=f1] [data-code] code').textContent()) ?? '';
    await page.evaluate(([key, text]) => localStorage.setItem(key, text), [
      `workbook:edit:${new URL(inject('site')).pathname}${PATH.slice(0, -1)}:f1:${hashOf(original)}`,
      code,
    ] as const);
    return longestTask(browser, page, async () => {
      await page.reload();
      await page.locator('figure[data-fence=f1][data-status]').waitFor();
      await page.waitForTimeout(500);
    });
  }

  test.each([
    ['20,000 lines', Array.from({ length: 20_000 }, (_, i) => `let v${i};`).join('\n'), /20,000 lines|characters/],
    ['200,000 lines', "console.log('the edit');\n".repeat(200_000), /5,000,000 characters/],
    ['a long line', `console.log('${'x'.repeat(5_000)}');`, /more than 4,000 characters in line 1/],
    ['a letter with very many marks', `console.log('a${'\u0301'.repeat(3_000)}');`, /accents/],
  ])('a saved edit with %s is neither shown nor run, and can be had', async (_, code, reason) => {
    const longest = await reloadWith(code);
    expect(longest).toBeLessThan(LONGEST_MS);
    const snippet = new Snippet(page, 'f1');
    expect(await snippet.code()).toContain('class Dog');
    const note = snippet.figure.locator('[data-note]');
    expect(await note.innerText()).toMatch(reason);
    expect(await snippet.run(), 'the code above is what runs').toMatchObject({
      status: 'done',
      text: expect.not.stringContaining('the edit'),
    });

    const downloading = page.waitForEvent('download');
    await note.getByRole('button', { name: 'Download my edit' }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await downloading).createReadStream()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString() === code, 'nothing is lost').toBe(true);

    // A new edit does not take its place.
    await snippet.type("console.log('a new edit');");
    await page.reload();
    expect(await snippet.code()).toContain('a new edit');
    expect(await note.innerText()).toMatch(reason);
    await note.getByRole('button', { name: 'Forget my edit' }).click();
    await page.reload();
    expect(await note.isVisible()).toBe(false);
    expect(await snippet.run()).toEqual({ status: 'done', text: 'a new edit' });
  });

  test('edits that fit are shown and run, however many there are', async () => {
    const code = `console.log('the edit');\n${'// a line of the edit\n'.repeat(1_400)}`;
    const longest = await reloadWith(code);
    expect(longest).toBeLessThan(LONGEST_MS);
    const snippet = new Snippet(page, 'f1');
    const running = snippet.run();
    expect(await running).toEqual({ status: 'done', text: 'the edit' });
    expect(await snippet.code()).toContain('a line of the edit');
  });

  test('what would be too much is not let into an editor', async () => {
    const snippet = new Snippet(page, 'f1');
    await snippet.type("console.log('kept');");
    await snippet.figure.locator('.cm-content').evaluate((editor) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', `console.log('lost');\n${'// more\n'.repeat(20_000)}`);
      editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    });
    expect(await snippet.figure.locator('[data-note]').innerText()).toContain('40,000 is the most');
    expect(await snippet.code()).toBe("console.log('kept');");
    expect(await snippet.run()).toEqual({ status: 'done', text: 'kept' });
    await snippet.type("console.log('short');");
    expect(await snippet.figure.locator('[data-note]').isVisible()).toBe(false);
  });
});

test('a runner that is taken away ends its run, and the next run has a new one', async () => {
  const snippet = new Snippet(page, 'f1');
  for (const take of [
    (frame: HTMLIFrameElement) => frame.contentWindow?.location.replace('about:blank'),
    (frame: HTMLIFrameElement) => frame.remove(),
  ]) {
    await snippet.type("console.log('waiting');\nawait new Promise(() => {});");
    await snippet.press('Run');
    await expect.poll(() => snippet.text(), { timeout: 60_000 }).toBe('waiting');
    await page.locator('iframe[title=Runner]').evaluate(take);
    expect(await snippet.ended()).toBe('error');
    expect(await snippet.text()).toMatch(/The runner was taken from the page, or left for another one/);
    await expectNextRunWorks();
  }
});
