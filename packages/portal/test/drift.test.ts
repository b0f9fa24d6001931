import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { placementOf } from './platform/lookup.ts';

describe.skipIf(withoutBrowser)(`what somebody changed by hand${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
    placementOf(portal.platform.world, 'users-api.prod').drift = [
      {
        ...{ object: 'Deployment users-api', field: '.spec.replicas', manager: 'kubectl-edit' },
        ...{ wanted: '2', live: '5', since: new Date().toISOString() },
        adopt: { path: 'run.instances', value: '5' },
      },
    ];
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });
  const sentTo = (end: string): unknown =>
    portal.platform.world.requests.findLast(({ path }) => path.endsWith(end))?.body;

  it('is shown with who did it, and taken back with a reason', async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api' });
    const lane = page.getByRole('article', { name: 'prod' });
    await lane.getByRole('button', { name: 'prod', exact: true }).click();

    const notice = page.locator('.notice', { hasText: 'Changed by hand: 1 field' });
    await notice.getByText('5 instead of 2').or(notice.getByText('kubectl-edit')).first().waitFor();
    expect(await notice.textContent()).toContain('To keep it: run.instances = 5');
    await notice.getByRole('button', { name: 'Take it back…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Take back what was changed in prod' });
    await dialog.getByLabel('Why').fill('A slip');
    await dialog.getByRole('button', { name: 'Take it back' }).click();

    await until('it is gone', async () => (await notice.count()) === 0);
    expect(sentTo('/drift/revert')).toEqual({ why: 'A slip' });
  });
});
