import { type Browser, chromium } from 'playwright-core';
import { browsers } from '../../scripts/browsers.mjs';

const QUIET = ['--disable-gpu', '--disable-background-networking', '--disable-component-update'];

/** Starts the system's Chromium without a window. Close it in the end. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: browsers().chromium,
    chromiumSandbox: false,
    args: [...QUIET, ...args],
  });
}
