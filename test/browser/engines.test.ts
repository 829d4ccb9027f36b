import { By, Key } from 'selenium-webdriver';
import { describe, expect, inject, test } from 'vitest';
import { browsers } from '../../scripts/browsers.mjs';
import { launchFirefox } from '../browser-support/firefox.ts';
import { launchWebKit } from '../browser-support/webkit.ts';
import { PATIENCE_MS } from '../patience.ts';

/** A page in another engine than Chromium, as far as this smoke test handles it. */
interface Engine {
  open(url: string): Promise<void>;
  click(selector: string): Promise<void>;
  /** Puts text in the place of what an editable element holds, by its keyboard. */
  type(selector: string, text: string): Promise<void>;
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

async function firefox(): Promise<Engine> {
  const browser = await launchFirefox();
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return {
    async open(url) {
      await page.goto(url);
    },
    click: (selector) => page.locator(selector).click(),
    async type(selector, text) {
      await page.locator(selector).click();
      await page.keyboard.down('Control');
      await page.keyboard.press('a');
      await page.keyboard.up('Control');
      await page.keyboard.type(text);
    },
    evaluate: (expression) => page.evaluate(expression),
    close: () => browser.close(),
  };
}

async function webkit(): Promise<Engine> {
  const { driver, close } = await launchWebKit();
  const find = (selector: string) => driver.findElement(By.css(selector));
  return {
    open: (url) => driver.get(url),
    async click(selector) {
      await driver.executeScript('arguments[0].scrollIntoView({ block: "center" })', await find(selector));
      await find(selector).click();
    },
    async type(selector, text) {
      await find(selector).click();
      // In two steps: this driver goes on to hold the control key down for what follows in the same one.
      await find(selector).sendKeys(Key.chord(Key.CONTROL, 'a'));
      await find(selector).sendKeys(text);
    },
    evaluate: (expression) => driver.executeScript(`return (${expression})`),
    close,
  };
}

const figure = 'figure[data-fence="f1"]';
const button = (name: string) => `${figure} button[data-action="${name}"]`;

function smoke(launch: () => Promise<Engine>) {
  test('Run, Edit, an error, a flood and a loop', async () => {
    const engine = await launch();
    try {
      const read = async () => ({
        status: await engine.evaluate(`document.querySelector('${figure}').dataset.status`),
        text: await engine.evaluate(`document.querySelector('${figure} [role=log]').innerText.trim()`),
      });
      const run = async () => {
        await engine.click(button('run'));
        await expect.poll(async () => (await read()).status).not.toMatch(/idle|running/);
        return await read();
      };
      const type = (text: string) => engine.type(`${figure} .cm-content`, text);

      await engine.open(new URL('why/what-event-sourcing-is/', inject('site')).href);
      expect(await run()).toEqual({ status: 'done', text: "{ name: 'Rex', tricks: [ 'roll over', 'fetch ball' ] }" });

      await engine.click(button('edit'));
      await expect.poll(() => engine.evaluate(`document.querySelector('${figure} .cm-content') !== null`)).toBe(true);
      await type("console.log('typed here')");
      expect(await run()).toEqual({ status: 'done', text: 'typed here' });

      await type("throw new RangeError('too many dogs')");
      expect(await run()).toEqual({ status: 'error', text: expect.stringContaining('RangeError: too many dogs') });

      await type("for (;;) console.log('again')");
      expect(await run()).toMatchObject({ status: 'error' });

      await type('for (;;) 1');
      const looped = await run();
      expect(looped).toMatchObject({ status: 'error' });
      expect(looped.text).not.toBe('');

      await type("console.log('still here')");
      expect(await run()).toEqual({ status: 'done', text: 'still here' });
    } finally {
      await engine.close();
    }
  });

  test('what a snippet keeps, over a reload and until Reset', async () => {
    const engine = await launch();
    const keeps = 'figure[data-keeps]';
    const read = (property: string) => engine.evaluate(`document.querySelector('${keeps}').${property}`);
    const run = async () => {
      await engine.click(`${keeps} button[data-action="run"]`);
      await expect.poll(() => read('dataset.status')).not.toMatch(/idle|running/);
      return await read("querySelector('[role=log]').innerText.trim()");
    };
    try {
      const address = new URL('guides/writing-lessons/', inject('site')).href;
      await engine.open(address);
      expect(await run()).toBe('Visits so far: 1');
      expect(await run()).toBe('Visits so far: 2');
      await engine.open(address);
      expect(await run()).toBe('Visits so far: 3');
      await engine.click(`${keeps} button[data-action="reset"]`);
      await expect.poll(() => read('dataset.kept')).not.toBe('');
      expect(await run()).toBe('Visits so far: 1');
    } finally {
      await engine.close();
    }
  });
}

describe.runIf(browsers().firefox)('Firefox', () => smoke(firefox));
describe.runIf(browsers().webkitDriver)('WebKit', () => smoke(webkit));
