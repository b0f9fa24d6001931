import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from './browser.ts';
import { buildPortal } from './build.ts';
import { buildWorld } from './platform/build-world.ts';
import { startTestPlatform } from './platform/server.ts';

/** Pictures of every page, light and dark, wide and narrow: `npx tsx packages/portal/test/screenshots.ts <folder> [name]`. */
const folder = process.argv[2] ?? 'screenshots';
const only = process.argv[3];
const pages: readonly (readonly [string, string])[] = [
  ['catalogue', '/'],
  ['search', '/?q=pay'],
  ['create', '/create'],
  ['component', '/components/users-api'],
  ['component-ill', '/components/ledger'],
  ['releases', '/components/users-api/releases'],
  ['runs', '/components/users-api/runs'],
  ['logs', '/components/users-api/logs'],
  ['long-name', '/components/customer-notification-preferences-worker'],
  ['activity', '/activity'],
  ['people', '/people'],
  ['audit', '/audit'],
  ['tokens', '/settings/tokens'],
  ['status', '/status'],
  ['lost', '/nowhere/at/all'],
];

await mkdir(folder, { recursive: true });
const dist = await buildPortal();
await using platform = await startTestPlatform(buildWorld(), dist.path);
await using browser = await launchBrowser();
for (const theme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 860 },
      colorScheme: theme,
      deviceScaleFactor: 1,
    });
    const page = await context.newPage();
    await page.goto(platform.signInLink('ana'));
    await page.waitForSelector('h1');
    const run = [...platform.world.runs.values()].find(({ state }) => state === 'failed');
    for (const [name, path] of [...pages, ['run', `/runs/${run?.id ?? ''}`] as const]) {
      if (only !== undefined && only !== name) continue;
      await page.goto(platform.url + path);
      await page.waitForSelector('h1');
      await page.waitForTimeout(350);
      if (name === 'create') {
        await page.getByLabel('Name', { exact: true }).fill('orders-export');
        await page.waitForTimeout(400);
      }
      await page.screenshot({
        path: join(folder, `${name}-${theme}-${width}.png`),
        fullPage: name !== 'logs',
      });
    }
    await context.close();
  }
}
await dist[Symbol.asyncDispose]();
