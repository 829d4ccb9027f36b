import puppeteer, { type Browser } from 'puppeteer-core';
import { browsers } from '../../scripts/browsers.mjs';
import { PATIENCE_MS } from '../patience.ts';

/** Starts the system's Firefox without a window, over WebDriver BiDi. Close it in the end. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: browsers().firefox,
    headless: true,
    timeout: PATIENCE_MS,
    protocolTimeout: PATIENCE_MS,
  });
}
