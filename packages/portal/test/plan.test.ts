import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';

describe.skipIf(withoutBrowser)(`plans, costs and personal data${reason}`, () => {
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

  it('says of each value of a service where it comes from, by mouse and by keyboard', async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api/governance' });
    const value = page.getByRole('button', { name: '1 to 4' });
    await value.hover();
    const tip = page.locator('.tip');
    await tip.getByText('The thin file says so for prod.').waitFor();
    expect(await tip.textContent()).toMatch(/Thin file.*pltf\.yaml:8:/);

    await page.mouse.move(0, 0);
    await until('the tip goes', async () => (await tip.count()) === 0);
    await value.focus();
    await tip.waitFor();
    expect(await value.getAttribute('aria-description')).toMatch(/The thin file says so for prod/);
    await page.keyboard.press('Escape');
    expect(await tip.count()).toBe(0);
    // Far below: the page scrolls to it, and what it says stays beside it.
    const far = page
      .getByRole('row', { name: /Masked in logs/ })
      .getByRole('button')
      .last();
    await far.focus();
    await page.waitForTimeout(300);
    const [at, said] = [await far.boundingBox(), await tip.boundingBox()];
    expect(Math.abs((at?.y ?? 0) - (said?.y ?? 9999))).toBeLessThan(120);
  });

  it("shows a service's verdicts, cost against its budget, needs and personal data", async () => {
    page = await portal.open({ user: 'ana', path: '/components/users-api/governance' });
    const guardrails = page.getByRole('region', { name: 'Guardrails' });
    await guardrails.getByText('tier 1 with 1 of at least 2 instances').waitFor();

    expect(await guardrails.getByText(/guardrails pass/).count()).toBe(1);
    expect(
      await page
        .getByRole('region', { name: 'Cost' })
        .getByText(/of the budget of €60/)
        .count(),
    ).toBe(1);
    expect(await page.getByRole('row', { name: /^db/ }).textContent()).toMatch(/postgres/);
    expect(await page.getByRole('row', { name: /Kept for/ }).textContent()).toMatch(/365d/);
    expect(
      await page.getByRole('region', { name: 'Exceptions' }).getByText('In force').count(),
    ).toBe(1);
    await guardrails
      .getByRole('button', { name: 'Request an exception from Tier 1 runs at least two instances' })
      .click();
    await page.getByRole('dialog').getByText('At most 90 days in prod').waitFor();
    expect(await page.getByRole('combobox', { name: 'Service' }).inputValue()).toBe('users-api');
  });

  it('shows verdicts and cost of what is being created, as one types', async () => {
    page = await portal.open({ user: 'ana', path: '/create' });
    const plan = page.getByRole('region', { name: 'What this would make' });
    const cost = plan.locator('.cost-total');
    await cost.waitFor();
    const before = await cost.textContent();

    await page.getByLabel('Size').selectOption({ label: 'Large, 1 GiB' });

    await until('another cost', async () => (await cost.textContent()) !== before);
    await plan.getByText(/\d+ guardrails (?:that look at it )?pass/).waitFor();
    await plan.getByRole('button', { name: 'large' }).first().focus();
    await page.locator('.tip').getByText('The thin file says so').waitFor();
  });

  it('draws where personal data goes, with the keyboard too, and says the same in a table', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/personal-data' });
    const table = page.getByRole('table', { name: 'Flows of personal data' });
    await table.waitFor();
    const rows = table.locator('tbody tr');
    expect(await rows.count()).toBe(portal.platform.world.governance.dataMap.flows.length);
    await page.getByText('2 flows bring data where nobody declares it').waitFor();

    await page.getByRole('button', { name: /^payments-gateway:/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Flows of payments-gateway' }).waitFor();
    expect(await rows.count()).toBe(3);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Flows', exact: true }).waitFor();
    await page.getByLabel('Class of personal data').selectOption('pii.health');
    await page.getByText('0 flows').waitFor();
    expect(await page.getByRole('button', { name: /^customer-notification/ }).count()).toBe(1);
  });

  it('leaves a phone the table alone, and says when nobody holds any', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/personal-data', width: 360 });
    await page.getByRole('table', { name: 'Flows of personal data' }).waitFor();
    expect(await page.locator('.flow-map').isVisible()).toBe(false);

    const { governance } = portal.platform.world;
    const held = governance.dataMap;
    governance.dataMap = { ...held, holders: [], flows: [] };
    await page.reload();
    await page.getByText('No service declares personal data').waitFor();
    governance.dataMap = held;
  });

  it('says that the agent does not answer, which is not the same as the platform', async () => {
    const { governance } = portal.platform.world;
    governance.agent = 'down';
    page = await portal.open({ user: 'ana', path: '/' });

    await page.getByText('The agent does not answer.').waitFor();
    expect(await page.getByText('The platform does not answer.').count()).toBe(0);
    governance.agent = 'ok';
    await page.reload();
    await page.waitForSelector('h1');
    expect(await page.getByText('The agent does not answer.').count()).toBe(0);
  });

  it('shows what the platform offers, who changed it why, and what a change touched', async () => {
    const { governance } = portal.platform.world;
    page = await portal.open({ user: 'ben', path: '/platform' });
    await page.getByText('Working days 8 to 18').waitFor();
    expect(await page.getByRole('row', { name: /^prod/ }).textContent()).toMatch(
      /by promotion, agreed by team-platform.*€400\.00 a month/s,
    );
    const versions = page.getByRole('list', { name: /Versions/ }).getByRole('listitem');
    expect(await versions.count()).toBe(governance.versions.length);
    expect(await versions.nth(1).textContent()).toMatch(/reverted to #11/);

    await page.getByRole('button', { name: 'What version 14 changed' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('41 of 94 placements changed').waitFor();
    await dialog.getByText('35 placements', { exact: true }).waitFor();

    governance.refused = {
      commit: '0'.repeat(40),
      by: 'chiara',
      at: new Date().toISOString(),
      reason: 'the size small is used by 35 placements',
    };
    await page.reload();
    await page.getByText('A push is not in force').waitFor();
    governance.refused = undefined;
  });
});
