import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** A Chromium of this machine; undefined where there is none, and browser tests are left out. */
export const browserPath = (): string | undefined =>
  [process.env['CHROME_PATH'], ...usual].find((path) => path !== undefined && existsSync(path));

const quiet = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = browserPath();
  if (executablePath === undefined) throw new Error('no Chromium here; CHROME_PATH names one');
  const browser = await chromium.launch({ executablePath, args: quiet });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}
