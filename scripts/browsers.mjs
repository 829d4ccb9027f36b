/**
 * Which browsers the tests can use on this machine, and how to get those that are missing. Chromium is needed; Firefox
 * and WebKit are driven where the system has them or, on Debian as root, where they can be installed.
 */
import { existsSync } from 'node:fs';

const CHROMIUM = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const FIREFOX = ['/usr/bin/firefox-esr', '/usr/bin/firefox'];
const WEBKIT = ['/usr/bin/WebKitWebDriver'];
const XVFB = ['/usr/bin/xvfb-run'];

/** @param {readonly (string | undefined)[]} paths */
const found = (paths) => paths.find((path) => path !== undefined && existsSync(path));

/** The browsers that this machine has; `undefined` for one that it has not. */
export const browsers = () => ({ chromium: found(CHROMIUM), firefox: found(FIREFOX), webkitDriver: found(WEBKIT) });

/** The commands that bring the missing browsers; none when all are there. */
export function missingBrowsers() {
  const debian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  const missing = [
    ...(found(CHROMIUM) ? [] : ['chromium']),
    ...(found(FIREFOX) ? [] : ['firefox-esr']),
    ...(found(WEBKIT) ? [] : ['webkit2gtk-driver']),
    ...(found(XVFB) ? [] : ['xvfb']),
  ];
  if (missing.length === 0) return [];
  const needed = missing.includes('chromium');
  if (debian) {
    return [
      {
        command: ['apt-get', 'update', '-qq'],
        needed,
        why: 'the list of Debian packages could not be brought up to date.',
      },
      {
        command: ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...missing],
        needed,
        why: `the browser tests need ${missing.join(', ')}.`,
      },
    ];
  }
  return needed
    ? [
        {
          command: ['playwright-core', 'install', 'chromium'],
          needed,
          why: 'the browser tests need Chromium; set CHROMIUM_PATH.',
        },
      ]
    : [];
}
