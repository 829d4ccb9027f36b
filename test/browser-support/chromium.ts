import { type Browser, chromium } from 'playwright-core';
import puppeteer, { type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { browsers } from '../../scripts/browsers.mjs';
import { PATIENCE_MS } from '../patience.ts';

const QUIET = ['--disable-gpu', '--disable-background-networking', '--disable-component-update'];

/** Starts the system's Chromium without a window. Close it in the end. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: browsers().chromium,
    chromiumSandbox: false,
    args: [...QUIET, ...args],
    timeout: PATIENCE_MS,
  });
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS));
  return browser;
}

/**
 * The same, driven by a library that outlives the process of a frame: to Playwright the whole page has crashed when a
 * frame's process has. Sandboxed frames have processes of their own in Chromium; this library turns that off by default.
 */
export function launchIsolatingChromium(args: readonly string[] = []): Promise<PuppeteerBrowser> {
  return puppeteer.launch({
    executablePath: browsers().chromium,
    args: ['--no-sandbox', '--enable-features=IsolateSandboxedIframes', ...QUIET, ...args],
    timeout: PATIENCE_MS,
    protocolTimeout: PATIENCE_MS,
  });
}
