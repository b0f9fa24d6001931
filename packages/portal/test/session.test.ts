import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { tell } from './platform/world.ts';

describe.skipIf(withoutBrowser)(`coming, staying and going${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    portal.platform.world.settings.publicHealth = true;
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });

  it('explains how to get a link, and the link leads to the page one wanted', async () => {
    page = await portal.open({ path: '/components/users-api?x=1' });
    await page.getByRole('heading', { name: 'Sign in with a link' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'command' }).inputValue()).toBe(
      'pltf login --link',
    );

    await page.goto(portal.platform.signInLink('ben'));

    await page.waitForURL(/components\/users-api\?x=1$/);
    expect(portal.platform.world.links.size).toBe(0);
  });

  it('says that a used link does not work and how to get another', async () => {
    page = await portal.open({ path: '/sign-in#used-before' });

    await page.getByText('this link was used already').waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.getByRole('textbox', { name: 'command' }).inputValue()).toBe(
      'pltf login --link',
    );
  });

  it('ends the session and forgets what it showed', async () => {
    page = await portal.open({ user: 'ana' });

    await page.getByRole('button', { name: 'Account of Ana Petrović' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();

    await page.getByRole('heading', { name: 'Sign in with a link' }).waitFor();
    expect(await page.getByText('users-api').count()).toBe(0);
  });

  it('asks to sign in again when the session ended meanwhile', async () => {
    page = await portal.open({ user: 'ana' });

    portal.platform.world.sessions.clear();
    await page.getByRole('link', { name: 'Activity' }).click();

    await page.getByRole('heading', { name: 'Sign in with a link' }).waitFor();
  });

  it('says since when it knows nothing new while the platform is away, and catches up by itself', async () => {
    page = await portal.open({ user: 'ana', path: '/activity' });
    const { world } = portal.platform;
    await until('the stream is open', () => world.followers.size > 0);

    await portal.platform.away();
    await page.getByText('The platform does not answer.').waitFor();
    expect(await page.getByText(/as of \d\d:\d\d:\d\d/).count()).toBe(1);
    expect(await page.getByText('Created ab-analysis').count()).toBe(1);
    tell(world, {
      type: 'team-changed',
      actor: 'ana',
      summary: 'Renamed a team while nobody looked',
    });
    await portal.platform.back();

    await page.getByText('Renamed a team while nobody looked').waitFor();
    await until(
      'the banner is gone',
      async () => (await page.getByText('The platform does not answer.').count()) === 0,
    );
  });

  it('opens by itself when the platform was away at the start', async () => {
    page = await portal.open({ user: 'ana' });
    portal.platform.world.settings.refuse = {
      status: 503,
      code: 'database-unavailable',
      detail: 'away',
      fix: 'Wait.',
    };
    await page.reload();
    await page.getByRole('heading', { name: 'The platform does not answer' }).waitFor();

    portal.platform.world.settings.refuse = undefined;

    await page.getByRole('heading', { name: 'Services' }).waitFor();
  });

  it('uses one connection for events and never polls', async () => {
    page = await portal.open({ user: 'ana' });
    const { world } = portal.platform;
    await until('the stream is open', () => world.followers.size > 0);
    await page.waitForTimeout(500);
    const before = world.requests.length;

    await page.waitForTimeout(2500);

    expect(world.followers.size).toBe(1);
    expect(world.requests.length).toBe(before);
  });

  it('shows passers-by the health of services when it is open to them, and explains when it is not', async () => {
    page = await portal.open({ path: '/status' });
    await page.getByText('3 of 35 services have trouble').waitFor();
    expect(await page.getByRole('link', { name: 'Sign in' }).count()).toBe(1);

    portal.platform.world.settings.publicHealth = false;
    await page.reload();

    await page.getByText('This platform keeps its health to itself').waitFor();
  });

  it('remembers the theme before the first paint', async () => {
    page = await portal.open({ user: 'ana', theme: 'light' });
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('dark theme');
    await page.keyboard.press('Enter');
    await until(
      'it is dark',
      async () => (await page.locator('html').getAttribute('data-theme')) === 'dark',
    );
    await page.goto(portal.platform.url, { waitUntil: 'commit' });
    await page.waitForSelector('#root', { state: 'attached' });

    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  });

  it('makes a token and shows it this once', async () => {
    page = await portal.open({ user: 'ana', path: '/settings/tokens' });

    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('tablet');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('It is shown this once').waitFor();
    await page.getByRole('button', { name: 'Copy token' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole('button', { name: 'I have it' }).click();

    expect(copied).toMatch(/^pltf_/);
    await page.getByRole('button', { name: 'Revoke tablet' }).waitFor();
    expect(await page.getByText(copied).count()).toBe(0);
  });

  it('adds a person and hands over the link; others see teams only', async () => {
    page = await portal.open({ user: 'ana', path: '/people' });
    await page.getByRole('button', { name: 'Add a person' }).click();
    await page.getByLabel('Account name').fill('Hans');
    await page.getByText('lower-case letters, digits, dots and dashes', { exact: true }).waitFor();
    await page.getByLabel('Account name').fill('hans');
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Give this to hans').waitFor();
    await page.context().close();

    page = await portal.open({ user: 'ben', path: '/people' });
    await page.getByRole('heading', { name: 'Identity' }).waitFor();
    expect(await page.getByRole('table', { name: 'People' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit trail' }).count()).toBe(0);
  });

  it('reaches every service and page by the palette', async () => {
    page = await portal.open({ user: 'ana' });

    await page.keyboard.press('Control+k');
    await page.keyboard.type('audit');
    await page.keyboard.press('Enter');
    await page.waitForURL(/audit$/);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ware bri');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');

    await page.waitForURL(/components\/warehouse-bridge$/);
  });
});
