import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { launch, watchedPage } from './chromium.ts';
import { Snippet } from './snippet.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function open(javaScriptEnabled = true) {
  const site = inject('site');
  const watched = await watchedPage(browser, site, { javaScriptEnabled });
  const { page } = watched;
  await page.goto(new URL('guides/writing-lessons/', site).href);
  const figure = page.locator('figure:has([data-alternative])');
  const choice = new Snippet(page, (await figure.getAttribute('data-fence')) ?? '');
  // The fence behind the choice imports what was chosen.
  const user = page.locator('live-snippet:has([data-alternative]) + live-snippet figure');
  const dependent = new Snippet(page, (await user.getAttribute('data-fence')) ?? '');
  return { ...watched, figure, choice, dependent };
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name });

test('choosing a store shows its alternative, and every snippet that depends on it runs on it', async () => {
  const { page, choice, dependent, figure, complaints } = await open();
  const shown = () => figure.locator('[data-alternative]:visible pre').innerText();
  expect(await shown()).toContain('memory()');
  expect(await dependent.run()).toEqual({ status: 'done', text: "'Fido'" });
  expect(await dependent.figure.innerText()).toContain('Done on Memory');
  const before = await figure.boundingBox();

  await tab(page, 'SQLite').click();
  expect(await shown()).toContain("sqlite('dogs.db')");
  expect((await figure.boundingBox())?.height, 'nothing moves').toBe(before?.height);
  expect(await dependent.status(), 'what another store printed is gone').toBe('idle');
  expect(await dependent.text()).toBe('');
  expect(await dependent.run()).toEqual({ status: 'done', text: "'Fido'" });
  expect(await dependent.figure.innerText()).toContain('Done on SQLite');
  expect((await choice.run()).status).toBe('done');

  await page.reload();
  expect(await shown(), 'the choice is kept').toContain("sqlite('dogs.db')");
  expect(await tab(page, 'SQLite').getAttribute('aria-selected')).toBe('true');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('the tabs are one stop of the keyboard, and the arrows choose', async () => {
  const { page, figure } = await open();
  await tab(page, 'Memory').focus();
  await page.keyboard.press('ArrowLeft');
  expect(await tab(page, 'PostgreSQL').getAttribute('aria-selected')).toBe('true');
  expect(await tab(page, 'PostgreSQL').evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await tab(page, 'SQLite').getAttribute('aria-selected')).toBe('true');
  expect(await figure.locator('[role=tab][tabindex="0"]').count()).toBe(1);
  await page.context().close();
});

test('each alternative has an editor and edits of its own', async () => {
  const { page, choice, dependent, figure, complaints } = await open();
  await choice.type("import { memory } from 'eventsourcing';\n\nconsole.log('mine');\nexport const store = memory();");
  await tab(page, 'SQLite').click();
  expect(await figure.getAttribute('data-edited')).toBeNull();
  await choice.press('Edit');
  const editor = figure.locator('[data-alternative=sqlite] .cm-content[contenteditable=true]');
  await editor.waitFor();
  expect(await editor.innerText()).toContain("sqlite('dogs.db')");
  expect((await dependent.run()).text).toBe("'Fido'");

  await tab(page, 'Memory').click();
  expect(await figure.getAttribute('data-edited')).not.toBeNull();
  const { text } = await dependent.run();
  expect(text).toBe("'Fido'");
  expect(await dependent.figure.innerText(), 'the edited alternative ran').toContain('1 line from earlier snippets');
  await choice.press('Reset');
  expect(await figure.locator('[data-alternative=memory] .cm-content').innerText()).not.toContain('mine');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('without JavaScript all alternatives are there, one below another, with their names', async () => {
  const { page, figure } = await open(false);
  expect(await figure.locator('[data-alternative]:visible').count()).toBe(3);
  const text = await figure.innerText();
  for (const part of ['Memory', 'memory()', 'SQLite', "sqlite('dogs.db')", 'PostgreSQL']) expect(text).toContain(part);
  expect(await figure.getByRole('tab').count()).toBe(0);
  await page.context().close();
});
