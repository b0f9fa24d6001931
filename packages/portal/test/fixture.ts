import type { Page } from 'playwright-core';
import { browserPath, launchBrowser } from './browser.ts';
import { buildPortal } from './build.ts';
import { buildWorld } from './platform/build-world.ts';
import { startTestPlatform, type TestPlatform } from './platform/server.ts';

/** Says why browser tests are left out where they are. */
export const withoutBrowser = browserPath() === undefined;
export const reason = withoutBrowser ? ' (left out: no Chromium here, CHROME_PATH names one)' : '';

export interface OpenOptions {
  readonly path?: string;
  /** Undefined opens it signed out. */
  readonly user?: string | undefined;
  readonly width?: number;
  readonly theme?: 'light' | 'dark';
}

export interface Portal extends AsyncDisposable {
  readonly platform: TestPlatform;
  /** A page of its own, signed in and at its path. */
  open(options: OpenOptions): Promise<Page>;
  /** What browsers complained about since the last call: exceptions, console errors, policy violations. */
  complaints(): readonly string[];
}

/** The portal as it ships, in a browser, over the platform of the tests. */
export async function startPortal(): Promise<Portal> {
  const built = await buildPortal();
  const platform = await startTestPlatform(buildWorld(), built.path);
  const browser = await launchBrowser();
  let complaints: string[] = [];
  return {
    platform,
    open: async ({ path = '/', user, width = 1280, theme = 'light' }) => {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        colorScheme: theme,
      });
      context.setDefaultTimeout(10_000);
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // Answers that say no and a platform that is away are part of the tests; the browser logs those itself.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
          complaints.push(message.text());
      });
      if (user !== undefined) {
        await page.goto(platform.signInLink(user));
        await page.waitForSelector('.shell h1');
      }
      await page.goto(platform.url + path);
      await page.waitForSelector('h1');
      return page;
    },
    complaints: () => {
      const held = complaints;
      complaints = [];
      return held;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await platform[Symbol.asyncDispose]();
      await built[Symbol.asyncDispose]();
    },
  };
}

/** Waits until something is true; says what it was waiting for when it never is. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 8000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
