import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { Builder, type WebDriver } from 'selenium-webdriver';
import { browsers } from '../../scripts/browsers.mjs';
import { freePort } from '../../src/support/free-port.ts';
import { PATIENCE_MS } from '../patience.ts';

const LIBRARIES = '/usr/lib';
const POLL_MS = 100;

export interface WebKit {
  readonly driver: WebDriver;
  /** Ends the browser, its driver and its screen. */
  close(): Promise<void>;
}

/** Starts the system's WebKitGTK on a screen of its own that nobody sees. */
export async function launchWebKit(): Promise<WebKit> {
  const { webkitDriver } = browsers();
  if (!webkitDriver) throw new Error('There is no WebKitWebDriver on this machine.');
  const children: ChildProcess[] = [];
  const stop = () => {
    for (const child of children.reverse()) child.kill();
  };
  try {
    const screen = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(screen);
    const display = `:${await firstLine(screen)}`;
    const port = await freePort();
    const service = spawn(webkitDriver, [`--port=${port}`], {
      stdio: 'ignore',
      // Without a graphics card the browser must paint by itself; its own sandbox needs more rights than a container has.
      env: {
        ...process.env,
        DISPLAY: display,
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
    });
    children.push(service);
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/status`);
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
      })
      .build();
    await driver.manage().setTimeouts({ script: PATIENCE_MS, pageLoad: PATIENCE_MS });
    return {
      driver,
      async close() {
        await driver.quit();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** Debian keeps the browser with the library, in a folder named for the machine's architecture and the library's version. */
function miniBrowser(): string {
  for (const architecture of readdirSync(LIBRARIES)) {
    for (const version of ['webkit2gtk-4.1', 'webkitgtk-6.0', 'webkit2gtk-4.0']) {
      const path = `${LIBRARIES}/${architecture}/${version}/MiniBrowser`;
      if (existsSync(path)) return path;
    }
  }
  throw new Error(`WebKit's MiniBrowser is not in ${LIBRARIES}.`);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it had a screen.')));
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
  });
}

async function answers(url: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`WebKit's driver did not answer at ${url}.`);
}
