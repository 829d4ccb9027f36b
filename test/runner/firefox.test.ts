import { describe } from 'vitest';
import { browsers } from '../../scripts/browsers.mjs';
import { launchFirefox } from '../browser-support/firefox.ts';
import { PATIENCE_MS } from '../patience.ts';
import { type Engine, smokeTests } from './smoke.ts';

async function firefox(): Promise<Engine> {
  const browser = await launchFirefox();
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return {
    open: async (url) => {
      await page.goto(url);
    },
    run: (request, stopAfterMs) => page.evaluate((what, after) => window.run(what, after), request, stopAfterMs),
    close: () => browser.close(),
  };
}

// Not every machine has it, and only some can install it.
describe.runIf(browsers().firefox)('Firefox', () => smokeTests(firefox));
