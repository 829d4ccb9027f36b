import { describe } from 'vitest';
import { browsers } from '../../scripts/browsers.mjs';
import { launchWebKit } from '../browser-support/webkit.ts';
import type { Outcome } from './page/page.ts';
import { type Engine, smokeTests } from './smoke.ts';

async function webkit(): Promise<Engine> {
  const { driver, close } = await launchWebKit();
  return {
    open: (url) => driver.get(url),
    run: (request, stopAfterMs) =>
      driver.executeAsyncScript<Outcome>(
        'const [what, after, done] = arguments; window.run(what, after ?? undefined).then(done);',
        request,
        stopAfterMs,
      ),
    close,
  };
}

// Not every machine has it, and only some can install it.
describe.runIf(browsers().webkitDriver)('WebKit', () => smokeTests(webkit));
