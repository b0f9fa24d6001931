import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { placementOf } from './platform/lookup.ts';

const what = 'volume volume-users-api';
const because = `it is not wanted any more: pltf prune users-api.prod --confirm "${what}"`;

describe.skipIf(withoutBrowser)(`what is kept though nothing wants it${reason}`, () => {
  let portal: Portal;
  let page: Page;
  beforeAll(async () => {
    portal = await startPortal();
    portal.platform.world.kept.set('users-api.prod', [{ what, because }]);
    placementOf(portal.platform.world, 'users-api.prod').notes = [
      { what, because },
      { what: 'alerts', because: 'install the Prometheus operator' },
    ];
  });
  afterAll(() => portal[Symbol.asyncDispose]());
  afterEach(async () => {
    await page.context().close();
    expect(portal.complaints()).toEqual([]);
  });

  it('is deleted only once its very name was typed', async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api' });
    const lane = page.getByRole('article', { name: 'prod' });
    await lane.getByRole('button', { name: 'prod', exact: true }).click();
    const notice = page.locator('.notice', { hasText: 'Kept, though nothing wants it any more' });
    await notice.getByText(what).waitFor();
    const said = page.locator('.notice', { hasText: 'install the Prometheus operator' });
    expect(await said.textContent()).not.toContain(what);

    await notice.getByRole('button', { name: `Delete for good: ${what}` }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete what is kept in prod' });
    await dialog.getByLabel(`Type “${what}” to confirm`).fill('volume-users-api');
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await dialog.getByText(`Not the same as “${what}”`).waitFor();
    const sent = () => portal.platform.world.requests.filter(({ path }) => path.endsWith('/prune'));
    expect(sent()).toEqual([]);

    await dialog.getByLabel(`Type “${what}” to confirm`).fill(what);
    await dialog.getByLabel('Why').fill('Moved to the new store');
    await dialog.getByRole('button', { name: 'Delete for good' }).click();

    await until('it is gone', async () => (await notice.count()) === 0);
    expect(sent().map(({ body }) => body)).toEqual([
      { confirm: [what], why: 'Moved to the new store' },
    ]);
  });
});
