import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { placementOf } from './platform/lookup.ts';
import { writeLine } from './platform/world.ts';

describe.skipIf(withoutBrowser)(`a service's page${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    portal.platform.world.settings.stepMs = 120;
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });

  const lane = (name: string) => page.getByRole('article', { name });
  const sentTo = (end: string): unknown =>
    portal.platform.world.requests.findLast(({ path }) => path.endsWith(end))?.body;

  it('promotes with a reason, and shows each stage until the release serves', async () => {
    portal.platform.world.settings.stepMs = 400;
    page = await portal.open({ user: 'ana', path: '/components/users-api' });
    expect(await lane('prod').locator('.release').textContent()).toBe('#13');

    await lane('staging').getByRole('button', { name: 'Promote to prod' }).click();
    const dialog = page.getByRole('dialog', { name: 'Promote #14 to prod' });
    await dialog.getByLabel('Why').fill('Customers wait');
    await dialog.getByRole('button', { name: 'Promote to prod' }).click();

    await lane('prod').getByText('Promoting #14 (from #13)', { exact: true }).waitFor();
    await lane('prod').locator('.stage-now', { hasText: 'Drain' }).waitFor();
    await until(
      '#14 serves',
      async () => (await lane('prod').locator('.release').textContent()) === '#14',
    );
    expect(sentTo('/promote')).toEqual({ from: 'staging', to: 'prod', why: 'Customers wait' });
    expect(
      await lane('staging')
        .getByRole('button', { name: 'Promote to prod' })
        .getAttribute('aria-description'),
    ).toBe('prod has this release.');
    await page
      .getByRole('region', { name: 'Recent activity' })
      .getByText('“Customers wait”')
      .or(page.locator('.event-why', { hasText: 'Customers wait' }))
      .first()
      .waitFor();
  });

  it('rolls back to the warm release and records what the router counted', async () => {
    page = await portal.open({ user: 'ana', path: '/components/orders' });

    await lane('staging').getByRole('button', { name: 'Roll back' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to #1' }).click();

    await until(
      '#1 serves',
      async () => (await lane('staging').locator('.release').textContent()) === '#1',
    );
    await lane('staging').getByRole('button', { name: 'staging', exact: true }).click();
    const record = page.getByRole('table', { name: 'Rollouts' }).locator('tbody tr').first();
    await until('the record is there', async () =>
      ((await record.textContent()) ?? '').includes('rollback #2 → #1'),
    );
    expect(await record.textContent()).toContain('412');
  });

  it('pauses a rollout by keyboard on a phone, says who did and why, and resumes it', async () => {
    const placement = placementOf(portal.platform.world, 'search-api.prod');
    Object.assign(placement, {
      ...{ holds: true, phase: 'rolling' },
      rollout: {
        ...{
          id: 'ro_00000000000000000000000001',
          placement: placement.id,
          component: 'search-api',
        },
        ...{ environment: 'prod', kind: 'deploy', state: 'running', step: 'waiting-healthy' },
        ...{ to: 15, from: 14, requestedBy: 'ben', startedAt: new Date().toISOString() },
      },
    });
    page = await portal.open({ user: 'ana', path: '/components/search-api', width: 360 });

    await page.getByRole('button', { name: 'Pause the rollout in prod…' }).press('Enter');
    await page.getByRole('dialog').getByLabel('Why').fill('The till is busy');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const strip = lane('prod').locator('.rollout');
    await strip.getByText(/Paused\s*by ana/).waitFor();

    expect(await strip.textContent()).toContain('“The till is busy”');
    expect(sentTo('/pause')).toEqual({ why: 'The till is busy' });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(360);
    await strip.getByRole('button', { name: 'Resume the rollout in prod…' }).press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click();
    await strip.getByRole('button', { name: 'Pause the rollout in prod…' }).waitFor();
  });

  it('shows the image of a release by digest, and has its documents to take along', async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api/releases', width: 400 });

    await page.getByRole('button', { name: 'Actions for release 14' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Image, SBOM, provenance…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Image of release #14' });
    await dialog.getByRole('button', { name: 'Copy image by its digest' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const download = page.waitForEvent('download');
    await dialog.getByRole('link', { name: 'What is in it (SBOM)' }).click();

    expect(copied).toMatch(/users-api@sha256:[0-9a-f]{64}$/);
    expect((await download).suggestedFilename()).toBe('users-api-14.cdx.json');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Actions for release 13' }).click();
    await page.getByRole('menuitem', { name: 'Image, SBOM, provenance…' }).click();
    await page.getByRole('dialog').getByText('has no image').first().waitFor();
  });

  it('scales, stops only when the name is typed, and starts again', async () => {
    page = await portal.open({ user: 'ana', path: '/components/search-api' });

    await lane('prod').getByRole('button', { name: 'More for prod' }).click();
    await page.getByRole('menuitem', { name: 'Scale…' }).click();
    await page.getByRole('button', { name: 'One more' }).click();
    await page.getByRole('button', { name: 'Scale to 3 instances' }).click();
    await lane('prod').getByText('3/3').waitFor();

    await lane('prod').getByRole('button', { name: 'More for prod' }).click();
    await page.getByRole('menuitem', { name: 'Stop…' }).click();
    await page.getByRole('button', { name: 'Stop in prod' }).click();
    await page.getByText('Not the same as search-api').waitFor();
    await page.getByLabel('Type search-api to confirm').fill('search-api');
    await page.getByRole('button', { name: 'Stop in prod' }).click();

    await lane('prod').getByRole('button', { name: 'Start' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
    await lane('prod').getByText('3/3').waitFor();
  });

  it('runs a one-off task without a shell and shows what it wrote', async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api' });

    await page.keyboard.press('Control+k');
    await page.keyboard.type('one-off');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Run a one-off task in prod' });
    await dialog.getByLabel('Command').fill('node migrate.js --to "the last"');
    await dialog.getByLabel('Command').press('Enter');

    await dialog.getByText('002-sessions.sql: applied').waitFor();
    await dialog.getByText('Passed').waitFor();
    expect(sentTo('/tasks')).toMatchObject({ command: ['node', 'migrate.js', '--to', 'the last'] });
  });

  it('deletes only what is typed, says what goes, and ends with the receipt', async () => {
    page = await portal.open({ user: 'ana', path: '/components/status-board' });

    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete status-board' });
    expect(await dialog.locator('.goes li').allTextContents()).toContain(
      'status-board.localhost:7080, 2 instances',
    );
    await dialog.getByRole('button', { name: 'Delete status-board' }).click();
    expect(portal.platform.world.components.get('status-board')?.state).toBe('ready');
    await dialog.getByLabel('Type status-board to confirm').fill('status-board');
    await dialog.getByRole('button', { name: 'Delete status-board' }).click();

    await page.getByRole('heading', { name: 'Deleted status-board' }).waitFor();
    await page.getByText('All of it is gone').waitFor();
    await page.goto(`${portal.platform.url}/components/status-board`);
    await page.getByText('There is no such service').waitFor();
  });

  it('shows what may not be done and whose it is', async () => {
    const { world } = portal.platform;
    const foreign = [...world.components.values()].find(
      ({ owner }) => !(world.teams.get(owner)?.members ?? []).some(({ user }) => user === 'ben'),
    );
    page = await portal.open({ user: 'ben', path: `/components/${foreign?.name ?? ''}` });

    await page.getByText(`This belongs to ${foreign?.owner ?? ''}.`).waitFor();
    await page.locator('.read-only').waitFor();
    expect(await page.getByRole('button', { name: 'More actions' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Roll back' }).count()).toBe(0);
  });

  it('says why it is ill, with the lines that show it', async () => {
    page = await portal.open({ user: 'ana', path: '/components/ledger' });

    await lane('prod').getByText('did not become healthy in 30 s').waitFor();
    await lane('prod').getByText('Last lines of its log', { exact: true }).click();
    expect(await lane('prod').locator('.excerpt').textContent()).toContain('ECONNREFUSED');
    expect(await page.getByRole('table', { name: 'Instances' }).textContent()).toContain(
      'SIGKILL: out of memory (256 MiB)',
    );
  });

  it('follows logs of all instances, pauses, filters and downloads', async () => {
    const { world } = portal.platform;
    page = await portal.open({
      user: 'ana',
      path: '/components/users-api/logs?of=users-api.staging',
    });
    const log = page.getByRole('log');
    await log.getByText('cache: 412 keys').first().waitFor();
    const line = (text: string, instance = 'users-api-staging-r14-2') =>
      writeLine(world, 'users-api.staging', {
        at: new Date().toISOString(),
        instance,
        stream: 'out',
        text,
      });

    line('\u001b[32mfresh\u001b[0m from the second');
    await log.getByText('fresh from the second', { exact: true }).waitFor();
    expect(await log.locator('.voice').first().isVisible()).toBe(true);

    await page.getByRole('button', { name: 'Pause' }).click();
    line('while paused');
    await page.getByRole('button', { name: 'Resume (1 new)' }).click();
    await log.getByText('while paused').waitFor();

    await page.getByLabel('Filter lines').fill('paused second');
    await until(
      'nothing passes',
      async () => (await page.getByText('No line passes the filter').count()) === 1,
    );
    await page.getByLabel('Filter lines').fill('WHILE');
    expect(await log.locator('.log-line').count()).toBe(1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download what is shown' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^users-api\.staging-.*\.log$/);
  });

  it('calls what was only committed neither well nor unwell, and says what would tell', async () => {
    const { world } = portal.platform;
    const one = placementOf(world, 'users-api.staging');
    const { rollouts } = world;
    const [newest] = rollouts.get(one.id) ?? [];
    if (newest === undefined) throw new Error('no rollout of users-api.staging');
    const before = structuredClone(one);
    const committed = {
      ...({ ...newest, state: 'done', step: 'committed', to: 14 } as const),
      reason: {
        ...{ code: 'nobody-reports', log: [] },
        detail: 'committed as 4f1d2c3; nobody reports what the cluster makes of it',
        fix: 'Name `context` in the runtime `fleet` of the platform file.',
      },
    };
    Object.assign(one, { phase: 'unknown', instances: [], rollout: committed });
    delete one.serving;
    rollouts.set(one.id, [committed]);

    page = await portal.open({ user: 'ana', path: '/components/users-api' });
    await lane('staging').getByText('#14: nobody reports').waitFor();
    await lane('staging').getByText('Name `context` in the runtime').waitFor();
    const shown = await lane('staging').textContent();
    await lane('staging').locator('.lane-name').click();
    await page.getByRole('cell', { name: 'Committed', exact: true }).waitFor();
    await page.getByText('Nobody reports its instances').waitFor();

    Object.assign(one, before);
    expect(await lane('staging').locator('.release').textContent()).toBe('#14');
    expect(shown).toContain('state unknown');
    expect(await lane('staging').getByRole('button', { name: 'Promote to prod' }).count()).toBe(1);
  });

  it('takes a log up again after the platform was away, without doubles', async () => {
    const { world } = portal.platform;
    page = await portal.open({ user: 'ana', path: '/components/users-api/logs?of=users-api.prod' });
    const log = page.getByRole('log');
    await log.getByText('cache: 412 keys').first().waitFor();
    const write = (text: string) =>
      writeLine(world, 'users-api.prod', {
        at: new Date().toISOString(),
        instance: 'x',
        stream: 'out',
        text,
      });
    write('before it went');
    await log.getByText('before it went').waitFor();

    const followers = (): number => world.logFollowers.get('users-api.prod')?.size ?? 0;
    await portal.platform.away();
    await until('the old connection is gone', () => followers() === 0);
    await portal.platform.back();
    await until('it follows again', () => followers() > 0);
    write('after it came');

    await log.getByText('after it came').waitFor();
    expect(await log.getByText('before it went').count()).toBe(1);
  });

  it('shows a red run with its failing lines and log, and offers to run it again', async () => {
    const { world } = portal.platform;
    const failed = [...world.runs.values()].find(
      ({ state, component }) => state === 'failed' && component === 'users-api',
    );
    page = await portal.open({ user: 'ana', path: `/runs/${failed?.id ?? ''}` });

    await page.getByText('test/redirect.test.js:41:9').first().waitFor();
    expect(await page.getByRole('log').textContent()).toContain('npm test begins');
    expect(await page.getByText('actions/dependency-review-action asks GitHub').count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(1);
  });
});
