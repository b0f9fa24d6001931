import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { change } from './platform/simulate-rollout.ts';
import { tell } from './platform/world.ts';

describe.skipIf(withoutBrowser)(`the catalogue${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    const { settings } = portal.platform.world;
    Object.assign(settings, { refuse: undefined, pageLimit: 500, latencyMs: 0 });
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });

  const names = (): Promise<string[]> => page.locator('.row-link').allTextContents();

  it('finds a service as one types, without asking the server, and marks what matched', async () => {
    page = await portal.open({ user: 'ana' });
    expect(await page.locator('.row-link').count()).toBe(35);
    const asked = portal.platform.world.requests.length;

    await page.keyboard.press('/');
    await page.keyboard.type('pay');

    await until('the rows follow', async () => (await names()).length < 10);
    expect((await names()).slice(0, 2)).toEqual(['payments-gateway', 'payments-reconciliation']);
    expect(await page.locator('.row-link mark').first().textContent()).toBe('pay');
    expect(portal.platform.world.requests.length).toBe(asked);
    await until('the search is in the address', () => page.url().endsWith('?q=pay'));
  });

  it('is used by keyboard alone: slash, letters, arrows, enter', async () => {
    page = await portal.open({ user: 'ana' });

    await page.keyboard.press('/');
    await page.keyboard.type('check');
    await until('the rows follow', async () => (await names())[0] === 'checkout-api');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');

    await page.waitForURL(/components\/checkout-web/);
    await until('the heading has the focus', () =>
      page.evaluate(() => document.activeElement?.tagName === 'H1'),
    );
    await page.goBack();
    await until(
      'the search is there again',
      async () => (await page.getByLabel('Find a service').inputValue()) === 'check',
    );
  });

  it('opens the best match on enter in the search', async () => {
    page = await portal.open({ user: 'ana' });

    await page.keyboard.press('/');
    await page.keyboard.type('users');
    await page.keyboard.press('Enter');

    await page.waitForURL(/components\/users-api$/);
  });

  it('filters by kind, owner and wellness together and says how to get all back', async () => {
    page = await portal.open({ user: 'ana' });

    await page.getByRole('button', { name: 'Degraded' }).click();
    expect(await names()).toEqual(['payments-gateway', 'warehouse-bridge']);
    await page.getByLabel('Owner').selectOption('team-payments');
    expect(await names()).toEqual(['payments-gateway']);
    await page.getByRole('button', { name: 'Workers' }).click();

    expect(await names()).toEqual([]);
    await page.getByRole('button', { name: 'Show all services' }).click();
    expect((await names()).length).toBe(35);
  });

  it('asks the server for what is beyond the loaded page', async () => {
    portal.platform.world.settings.pageLimit = 10;
    page = await portal.open({ user: 'ana' });
    expect(await page.locator('.row-link').count()).toBe(10);

    await page.keyboard.press('/');
    await page.keyboard.type('warehouse');

    await page.getByRole('link', { name: 'warehouse-bridge', exact: true }).waitFor();
    expect(portal.platform.world.requests.some(({ path }) => path.includes('q=warehouse'))).toBe(
      true,
    );
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.getByRole('button', { name: 'Show more' }).click();
    await until(
      'the next page is there',
      async () => (await page.locator('.row-link').count()) === 20,
    );
  });

  it('shows wellness by words and shape, and releases with clickable addresses', async () => {
    page = await portal.open({ user: 'ana', path: '/?q=ledger' });

    expect(await page.getByRole('img', { name: 'Down' }).count()).toBe(1);
    const link = page.getByRole('link', { name: /^prod: release 3, down/ });
    expect(await link.getAttribute('href')).toBe('http://ledger.localhost:7080/');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
  });

  it('changes one row as it happens, and asks for that row only', async () => {
    page = await portal.open({ user: 'ana', path: '/?q=ledger' });
    const { world } = portal.platform;
    await until('the stream is open', () => world.followers.size > 0);
    await page.waitForTimeout(300);
    const asked = world.requests.length;

    change(world, 'ledger.prod', {
      phase: 'running',
      serving: { number: 5, commit: 'a'.repeat(40) },
    });
    tell(world, {
      type: 'placement-changed',
      actor: 'platform',
      component: 'ledger',
      placement: 'ledger.prod',
      summary: 'well again',
    });

    await page.getByRole('link', { name: /^prod: release 5, healthy/ }).waitFor();
    const since = world.requests.slice(asked).map(({ path }) => path);
    expect(since).toEqual(['/api/v1/components/ledger']);
  });

  it('invites the first service with the line to copy', async () => {
    const { components } = portal.platform.world;
    const held = [...components];
    components.clear();
    page = await portal.open({ user: 'ana' });

    await page.getByText('Nothing runs here yet').waitFor();
    await page.getByRole('button', { name: 'Copy command' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    for (const [name, component] of held) components.set(name, component);

    expect(copied).toBe('pltf create service hello');
    expect(await page.getByRole('link', { name: 'Create the first service here' }).count()).toBe(1);
  });

  it('says what is wrong and how to solve it, and tries again', async () => {
    page = await portal.open({ user: 'ana', path: '/activity' });
    portal.platform.world.settings.refuse = {
      status: 403,
      code: 'forbidden',
      detail: 'only viewers may look',
      fix: 'Ask Ana.',
    };

    await page.getByRole('link', { name: 'Services', exact: true }).click();
    await page.getByText('only viewers may look').waitFor();
    expect(await page.getByText('Ask Ana.').count()).toBe(1);
    portal.platform.world.settings.refuse = undefined;
    await page.getByRole('button', { name: 'Try again' }).click();

    await page.getByRole('link', { name: 'users-api' }).first().waitFor();
  });

  it('draws skeletons while it loads', async () => {
    page = await portal.open({ user: 'ana', path: '/activity' });
    portal.platform.world.settings.latencyMs = 700;

    await page.getByRole('link', { name: 'Services', exact: true }).click();

    await page.getByText('Loading services…').waitFor({ state: 'attached' });
    await page.getByRole('link', { name: 'users-api' }).first().waitFor();
  });
});
