import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { buildPortal } from './build.ts';
import { buildWorld } from './platform/build-world.ts';
import { startTestPlatform, type TestPlatform } from './platform/server.ts';
import { governanceScenes, type Scene, still } from './scenes.ts';

/**
 * Pictures of every page, light and dark, wide and narrow, to be judged by eye:
 * `npx tsx packages/portal/test/screenshots.ts <folder> [scene,scene…]`.
 */

async function create(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: `Create ${name}` }).click();
  await page.waitForURL(/operations/);
}

async function showKept(page: Page, { world }: TestPlatform): Promise<void> {
  const because = 'no release wants it any more';
  world.kept.set('users-api.prod', [
    { what: 'volume volume-users-api', because },
    { what: 'CustomResourceDefinition reports.analytics.example.com', because },
  ]);
  await page.reload();
  const lane = page.getByRole('article', { name: 'prod' });
  await lane.getByRole('button', { name: 'prod', exact: true }).click();
  await page.getByText('Kept, though').waitFor();
}

const forgetKept = ({ world }: TestPlatform): Promise<void> => {
  world.kept.clear();
  return Promise.resolve();
};

const scenes: readonly Scene[] = [
  still('catalogue', '/'),
  still('search', '/?q=pay'),
  still('no-match', '/?q=zeppelin'),
  {
    name: 'create',
    path: '/create',
    whole: true,
    act: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Orders_Ünsinn');
      await page.getByLabel('A PostgreSQL database').check();
      await page.waitForTimeout(400);
    },
  },
  {
    name: 'operation-running',
    path: '/create',
    act: async (page, platform) => {
      platform.world.settings.stepMs = 900;
      await create(page, `orders-${Date.now()}`);
      await page.waitForTimeout(1300);
    },
    after: async ({ world }) => {
      world.settings.stepMs = 60;
    },
  },
  {
    name: 'operation-done',
    path: '/create',
    act: async (page) => {
      await create(page, `orders-${Date.now()}`);
      await page.getByText('What next').first().waitFor();
    },
  },
  {
    name: 'operation-undone',
    path: '/create',
    act: async (page) => {
      await create(page, 'doomed');
      await page.getByText('Nothing was left behind').waitFor();
    },
  },
  still('component', '/components/users-api'),
  {
    name: 'kept',
    path: '/components/users-api',
    whole: true,
    act: showKept,
    after: forgetKept,
  },
  {
    name: 'dialog-prune',
    path: '/components/users-api',
    act: async (page, platform) => {
      await showKept(page, platform);
      await page.getByRole('button', { name: 'Delete for good: volume volume-users-api' }).click();
      await page.getByRole('button', { name: 'Delete for good', exact: true }).click();
    },
    after: forgetKept,
  },
  still('component-ill', '/components/ledger'),
  still('component-stopped', '/components/legacy-importer'),
  {
    name: 'rollout',
    path: '/components/search-api',
    act: async (page, { world }) => {
      world.settings.stepMs = 1500;
      await page.getByRole('button', { name: 'Promote to prod' }).click();
      await page.getByLabel('Why').fill('Customers wait for it');
      await page.getByRole('button', { name: 'Promote to prod', exact: true }).last().click();
      await page.waitForTimeout(2200);
    },
    after: async ({ world }) => {
      world.settings.stepMs = 60;
      await new Promise((resolve) => setTimeout(resolve, 5000));
    },
  },
  {
    name: 'dialog-delete',
    path: '/components/users-api',
    act: async (page) => {
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.waitForTimeout(100);
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete users-api' }).click();
    },
  },
  {
    name: 'dialog-task',
    path: '/components/users-api?do=task',
    act: async (page) => {
      await page.getByLabel('Command').fill('node migrate.js --to "last one" | tee log');
    },
  },
  {
    name: 'menu',
    path: '/components/users-api/releases',
    act: async (page) => {
      await page.getByRole('button', { name: 'Actions for release 12' }).click();
    },
  },
  {
    name: 'palette',
    path: '/components/users-api',
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('r');
    },
  },
  still('releases', '/components/users-api/releases'),
  still('runs', '/components/users-api/runs'),
  { name: 'logs', path: '/components/users-api/logs' },
  still('long-name', '/components/customer-notification-preferences-worker'),
  ...governanceScenes,
  still('activity', '/activity'),
  still('people', '/people'),
  still('audit', '/audit'),
  still('tokens', '/settings/tokens'),
  {
    name: 'token-new',
    path: '/settings/tokens',
    act: async (page) => {
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByLabel('Name').fill('laptop');
      await page.getByRole('button', { name: 'Make the token' }).click();
      await page.getByText('Copy it now').waitFor();
    },
  },
  still('status', '/status'),
  still('lost', '/nowhere/at/all'),
  {
    name: 'error',
    path: '/people',
    act: async (page, { world }) => {
      world.settings.refuse = {
        status: 503,
        code: 'database-unavailable',
        detail: 'no connection to PostgreSQL for 4 s',
        fix: 'Nothing was changed. It is restarted by itself; try again in a moment.',
      };
      await page.goto(new URL('/activity', page.url()).href);
      await page.waitForTimeout(3500);
    },
    after: async ({ world }) => {
      world.settings.refuse = undefined;
    },
  },
  {
    name: 'away',
    path: '/',
    act: async (page, platform) => {
      await platform.away();
      await page.getByText('does not answer').waitFor();
    },
    after: (platform) => platform.back(),
  },
];

async function shoot(
  page: Page,
  platform: TestPlatform,
  scene: Scene,
  file: string,
): Promise<void> {
  await page.goto(platform.url + scene.path);
  await page.waitForSelector('h1');
  await page.waitForTimeout(350);
  await scene.act?.(page, platform);
  await page.waitForTimeout(250);
  await page.screenshot({ path: file, fullPage: scene.whole ?? false });
  await scene.after?.(platform);
}

const folder = process.argv[2] ?? 'screenshots';
const only = process.argv[3]?.split(',');
await mkdir(folder, { recursive: true });
await using portal = await buildPortal();
await using platform = await startTestPlatform(buildWorld(), portal.path);
await using browser = await launchBrowser();
const failed = [...platform.world.runs.values()].find(({ state }) => state === 'failed');
const all = [...scenes, still('run', `/runs/${failed?.id ?? ''}`)];
for (const theme of ['light', 'dark'] as const) {
  for (const width of [1280, 390]) {
    platform.world.settings.stepMs = 60;
    const context = await browser.newContext({
      viewport: { width, height: width === 390 ? 844 : 860 },
      colorScheme: theme,
    });
    const page = await context.newPage();
    await page.goto(`${platform.url}/components/users-api`);
    await page.waitForSelector('h1');
    if (only === undefined || only.includes('signed-out'))
      await page.screenshot({ path: join(folder, `signed-out-${theme}-${width}.png`) });
    await page.goto(platform.signInLink('ana'));
    await page.waitForSelector('.shell h1');
    for (const scene of all) {
      if (only !== undefined && !only.includes(scene.name)) continue;
      await shoot(page, platform, scene, join(folder, `${scene.name}-${theme}-${width}.png`)).catch(
        (error: unknown) => {
          process.stderr.write(`${scene.name} ${theme} ${width}: ${String(error)}\n`);
        },
      );
    }
    await context.close();
  }
}
