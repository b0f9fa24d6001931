import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';

describe.skipIf(withoutBrowser)(`creating${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });

  const name = () => page.getByLabel('Name', { exact: true });
  const plan = () => page.getByRole('region', { name: 'What this would make' });
  const plansAsked = (): number =>
    portal.platform.world.requests.filter(({ path }) => path === '/api/v1/plans').length;

  it('shows the plan while one types, asking once when typing rests', async () => {
    page = await portal.open({ user: 'ana', path: '/create' });
    await plan().getByText('my-service.preview.localhost:7080').waitFor();
    const asked = plansAsked();

    await name().pressSequentially('orders export', { delay: 25 });

    await plan().getByText('orders-export.preview.localhost:7080').waitFor();
    expect(await name().inputValue()).toBe('orders-export');
    expect(plansAsked() - asked).toBeLessThanOrEqual(3);
    expect(await plan().getByText('not on this platform').count()).toBe(2);
  });

  it('opens the fields that a choice brings, and marks the files that come with it', async () => {
    page = await portal.open({ user: 'ana', path: '/create' });
    expect(await page.getByLabel('Migration command').count()).toBe(0);

    await page.getByLabel('A PostgreSQL database').check();

    await page.getByLabel('Migration command').waitFor();
    expect(
      await page.getByRole('group', { name: 'Database size' }).getByLabel('small').isChecked(),
    ).toBe(true);
    await plan().locator('.tree-line', { hasText: 'migrations' }).getByText('new').waitFor();
  });

  it("puts problems at their field, its own at once and the platform's as they come", async () => {
    page = await portal.open({ user: 'ana', path: '/create' });

    await name().fill('9lives');
    expect(
      await page
        .getByText('Lower-case letters, digits and single dashes, starting with a letter')
        .count(),
    ).toBe(1);
    expect(await name().getAttribute('aria-invalid')).toBe('true');
    await name().fill('users-api');
    await page.getByText('users-api is taken. Choose another name.').waitFor();
    await page.getByLabel('Port').fill('80');
    await page.getByLabel('Port').blur();
    await page.getByText('ports below 1024 need root').waitFor();
    await plan().getByText('Correct the marked fields to see their plan').waitFor();
    expect(await plan().getByText('README.md').count()).toBe(1);
    await page.getByLabel('Port').fill('many');
    await page.getByText('Must be a number').waitFor();
    await name().fill('orders-export');

    await until(
      'the name is free again',
      async () => (await name().getAttribute('aria-invalid')) === null,
    );
  });

  it('does not send what has flaws, and leads to the first of them', async () => {
    page = await portal.open({ user: 'ana', path: '/create?path=worker' });

    await name().fill('orders-worker');
    await page.getByRole('button', { name: 'Create orders-worker' }).click();

    await page.getByText('1 field needs another look').waitFor();
    await until('the queue has the focus', () =>
      page.evaluate(() => document.activeElement?.getAttribute('placeholder') === 'orders'),
    );
    expect(portal.platform.world.components.has('orders-worker')).toBe(false);
  });

  it('adds and removes rows of a list of objects', async () => {
    page = await portal.open({ user: 'ana', path: '/create?path=worker' });
    await name().fill('with-variables');
    await page.getByLabel('Queue').fill('orders');

    await page.getByRole('button', { name: 'Add variables' }).click();
    await page.getByRole('button', { name: 'Add variables' }).click();
    await page.getByLabel('Name', { exact: true }).nth(1).fill('FIRST');
    await page.getByLabel('Name', { exact: true }).nth(2).fill('SECOND');
    await page.getByRole('button', { name: 'Remove Variables 1' }).click();
    await page.getByRole('button', { name: 'Create with-variables' }).click();

    await page.waitForURL(/operations/);
    const sent = portal.platform.world.requests.findLast(
      ({ method, path }) => method === 'POST' && path === '/api/v1/components',
    );
    expect(sent?.body).toMatchObject({
      name: 'with-variables',
      parameters: { queue: 'orders', environment: [{ key: 'SECOND' }] },
    });
  });

  it('goes from choice to review app by keyboard alone, each step told as it happens', async () => {
    page = await portal.open({ user: 'ana' });

    await page.keyboard.press('c');
    await page.waitForURL(/create/);
    await until('the name has the focus', () =>
      page.evaluate(() => document.activeElement?.getAttribute('placeholder') === 'users-api'),
    );
    await page.keyboard.type('keyboard-made');
    await page.keyboard.press('Enter');
    await page.waitForURL(/operations/);

    await page.getByRole('heading', { name: 'Creating keyboard-made' }).waitFor();
    await page.getByRole('heading', { name: 'Created keyboard-made' }).waitFor();
    expect(await page.locator('.step-done').count()).toBe(4);
    expect(await page.locator('.step-done', { hasText: 'Pipeline' }).textContent()).toMatch(
      /\d+ ms|\d\.\d s/,
    );
    await page.getByRole('button', { name: 'Copy clone command' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      'git clone http://127.0.0.1:7070/git/keyboard-made.git',
    );
    expect(await page.getByRole('link', { name: 'Open the review app' }).getAttribute('href')).toBe(
      'http://keyboard-made.preview.localhost:7080/',
    );
  });

  it('shows why a creation failed, its fix, and the receipt of what was undone', async () => {
    page = await portal.open({ user: 'ana', path: '/create' });

    await name().fill('doomed');
    await page.getByRole('button', { name: 'Create doomed' }).click();

    await page.getByText('doomed was not created').waitFor();
    expect(await page.getByText('tell its owner, or choose other parameters').count()).toBe(1);
    expect(await page.getByText('Nothing was left behind').count()).toBe(1);
    expect(await page.locator('.receipt li').count()).toBe(3);
    await page.getByRole('link', { name: 'Create again' }).click();
    expect(await name().inputValue()).toBe('doomed');
  });

  it('explains to those who may not create', async () => {
    page = await portal.open({ user: 'dmitri', path: '/create' });

    await page.getByText('Auditors read everything and change nothing.').waitFor();
  });
});
