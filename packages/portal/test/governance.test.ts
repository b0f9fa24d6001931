import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Portal, reason, startPortal, until, withoutBrowser } from './fixture.ts';
import { past } from './platform/times.ts';

const waiting = '/governance/exceptions/exc_00000000000000000000000002';

describe.skipIf(withoutBrowser)(`governance${reason}`, () => {
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

  const sent = (path: string): unknown =>
    portal.platform.world.requests.findLast((one) => one.method === 'POST' && one.path === path)
      ?.body;

  it('lists guardrails, the broken ones first, and finds one by its control or words', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/guardrails' });
    const rows = page.getByRole('list', { name: 'Guardrails' }).getByRole('listitem');
    await rows.first().getByText('refused').waitFor();
    const all = await rows.count();

    expect(all).toBe(portal.platform.world.governance.guardrails.length);
    expect(await page.getByText('94 placements looked at').count()).toBe(1);
    await page.getByRole('button', { name: /Broken somewhere/ }).click();
    expect(await rows.count()).toBe(3);
    await page.getByLabel('Find a guardrail').fill('12factor drain');
    expect(await rows.count()).toBe(1);
    expect(await rows.first().textContent()).toMatch(/refuses from/);
    await page.getByLabel('Find a guardrail').fill('zeppelin');
    await page.getByText('No guardrail like this').waitFor();
  });

  it('says of a version of the platform what it moved to another runtime, and what was lacking there', async () => {
    page = await portal.open({ user: 'ana', path: '/platform' });
    await page.getByRole('button', { name: 'What version 14 changed' }).click();

    await page.getByText('Moves to another runtime').waitFor();
    await page.getByText('east starts each first while agent serves on').waitFor();
    expect(await page.getByText('programs on east reach nothing outside').count()).toBe(1);
  });

  it('shows what a version of the platform made of what is on clusters, as ways of equal difference', async () => {
    page = await portal.open({ user: 'ana', path: '/platform' });
    await page.getByRole('button', { name: 'What version 14 changed' }).click();

    await page.getByText('9,812 unchanged; 188 change in 2 ways').waitFor();
    await page.getByText('holds state, starts again').waitFor();
    const waves = page.getByRole('list', { name: 'Waves of the change' }).getByRole('listitem');
    expect(await waves.allTextContents()).toEqual([
      'canary: 8 placements, 30 min 00 s of soak, halts above 0 failures, has to prove it',
      'rest: 180 placements, 10 min 00 s of soak, halts above 2 failures',
    ]);
  });

  it('says when nothing was audited yet instead of letting it look well', async () => {
    const { governance } = portal.platform.world;
    const { audit } = governance;
    governance.audit = { behind: true, placements: 0 };
    page = await portal.open({ user: 'ana', path: '/governance/guardrails' });

    await page.getByText('Nothing was audited yet').waitFor();
    await page.goto(`${portal.platform.url}/governance?team=team-web`);
    await page.getByText('Not known yet').waitFor();
    await page.goto(`${portal.platform.url}/governance/guardrails/image-pinned`);
    await page.getByText('Not known yet').waitFor();
    // It is done and has found nothing new, which no event tells.
    governance.audit = audit;
    await page.getByText('94 placements looked at').waitFor();
  });

  it('shows a guardrail whole, and asks for an exception from who is hit', async () => {
    page = await portal.open({ user: 'ben', path: '/governance/guardrails/tier-1-instances' });
    await page.getByText('object.spec.run.instances.minimum >= params.minimum').waitFor();
    expect(await page.getByText('one instance that scales up to four').count()).toBe(1);
    expect(await page.getByText('pltf.yaml:9:16').count()).toBe(1);

    await page
      .getByRole('button', { name: 'Request an exception for payments-gateway.prod' })
      .click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('At most 90 days in prod').waitFor();
    await dialog.getByRole('button', { name: 'Ask for it' }).click();
    await dialog.getByText('Say why, in at least ten characters').waitFor();
    await dialog.getByLabel('Reason').fill('The second instance comes with the new session store.');
    await dialog.getByLabel('Compensating control').fill('A cold standby, promoted by hand.');
    await dialog.getByLabel('Ends on').fill('2099-01-01');
    await dialog.getByText(/At most until \d{4}/).waitFor();
    await dialog.getByRole('button', { name: '30 days' }).click();
    await dialog.getByRole('button', { name: 'Ask for it' }).click();
    await page.waitForURL(/governance\/exceptions\/exc_/);

    expect(sent('/api/v1/exceptions')).toMatchObject({
      guardrail: 'tier-1-instances',
      scope: { component: 'payments-gateway', environment: 'prod' },
    });
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Withdraw' }).waitFor();
  });

  it('shows what an exception exempts before it is approved, and sends what was seen', async () => {
    page = await portal.open({ user: 'ana', path: waiting });
    await page.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('list', { name: 'What it exempts' }).textContent()).toMatch(
      /payments-gateway\.prod.*was refused/s,
    );
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await dialog.getByText('At least 3 characters').waitFor();
    await dialog.getByLabel('Reason').fill('Until the store has moved.');

    const held = portal.platform.world.governance.exceptions;
    const at = held.findIndex(({ id }) => waiting.endsWith(id));
    const before = held[at];
    if (before === undefined) throw new Error('no such exception');
    held[at] = { ...before, exemptsDigest: 'another one by now' };
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await dialog.getByText('what it exempts is not what was shown any more').waitFor();
    held[at] = before;
    await dialog.getByRole('button', { name: 'Approve' }).click();

    await page.getByText('Approved', { exact: true }).waitFor();
    await page.getByText('In force').waitFor();
    expect(held[at]).toMatchObject({ state: 'approved', approver: 'ana' });
  });

  it('warns near the end, names who must approve anew, and finds the unneeded', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/exceptions' });
    const rows = page.getByRole('list', { name: 'Exceptions' }).getByRole('listitem');
    await rows.first().waitFor();

    expect(await rows.filter({ hasText: 'users-api' }).locator('.expiry-warn').count()).toBe(1);
    expect(await rows.filter({ hasText: 'ledger' }).textContent()).toMatch(
      /Approve anew.*ends in 18 h/s,
    );
    expect(await rows.filter({ hasText: 'Not needed any more' }).count()).toBe(1);
    await rows.filter({ hasText: 'Not needed any more' }).getByRole('link').click();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByText('Nothing needs it: nothing changes.').waitFor();
    await page.getByLabel('Reason').fill('It passes since last week.');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await page.locator('.pill', { hasText: 'Revoked' }).waitFor();
  });

  it('loads a thousand exceptions page by page', async () => {
    const { governance, settings } = portal.platform.world;
    const [first] = governance.exceptions;
    if (first === undefined) throw new Error('no exception');
    const many = Array.from({ length: 1000 }, (_, at) => ({
      ...first,
      id: `exc_many${String(at).padStart(18, '0')}`,
      state: 'expired' as const,
    }));
    governance.exceptions.push(...many);
    settings.pageLimit = 50;
    page = await portal.open({ user: 'ana', path: '/governance/exceptions?state=expired' });
    const rows = page.getByRole('list', { name: 'Exceptions' }).getByRole('listitem');
    await rows.first().waitFor();

    expect(await rows.count()).toBe(50);
    await page.getByRole('button', { name: 'Show more' }).click();
    await until('a second page', async () => (await rows.count()) === 100);
    governance.exceptions.splice(governance.exceptions.length - many.length, many.length);
    settings.pageLimit = 500;
  });

  it('takes a request, shows its promise, and answers one that is overdue', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/requests' });
    const rows = page.getByRole('list', { name: 'Requests' }).getByRole('listitem');
    expect(await rows.filter({ hasText: 'queue' }).textContent()).toMatch(/overdue by 1 d/);
    await page.getByText('team-platform answers, within 2 days.').waitFor();

    await page.getByRole('button', { name: 'Ask for something' }).click();
    await page.getByLabel('Title').fill('Object storage with versions');
    await page.getByLabel('What you need, and what for').fill('Pictures of products, 2 TB.');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.waitForURL(/requests\/req_/);
    await page.getByText(/answer promised in (?:48 h|2 d)/).waitFor();

    await page.goto(`${portal.platform.url}/governance/requests?state=overdue`);
    await rows.first().getByRole('link').click();
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByLabel('Reason').fill('too short');
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.getByText('At least 10 characters').waitFor();
    await page.getByLabel('Reason').fill('NATS comes with the next platform file.');
    await page.getByRole('dialog').getByRole('button', { name: 'Accept' }).click();
    await page.locator('.pill', { hasText: 'Accepted' }).waitFor();
    await page.getByText('NATS comes with the next platform file.').waitFor();
  });

  it('shows what a team owes, and says so when it owes nothing', async () => {
    page = await portal.open({ user: 'ana', path: '/governance' });
    await page.getByLabel('Whose debts').selectOption('team-payments');
    const rows = page.getByRole('list', { name: /Debts/ }).getByRole('listitem');
    await rows.first().waitFor();

    expect(await rows.first().textContent()).toMatch(/refused.*payments-gateway\.prod.*run:/s);
    expect(page.url()).toMatch(/team=team-payments/);
    await page.getByLabel('Whose debts').selectOption('team-web');
    await page.getByText('Nothing owed').waitFor();
  });

  it('brings a decision of somebody else to the screen by itself', async () => {
    page = await portal.open({ user: 'ana', path: '/governance/exceptions?state=pending' });
    const { governance, requests } = portal.platform.world;
    const [first] = governance.exceptions;
    if (first === undefined) throw new Error('no exception');
    const made = { ...first, id: 'exc_0000000000000000000000made', state: 'pending' as const };
    governance.exceptions.unshift({
      ...made,
      requestedAt: past(0),
      guardrailTitle: 'Asked by somebody else just now',
    });
    requests.length = 0;
    const { tell } = await import('./platform/world.ts');
    tell(portal.platform.world, { type: 'exception-requested', actor: 'eun-ji', summary: 'Asked' });

    await page.getByText('Asked by somebody else just now').waitFor();
    expect(requests.some(({ path }) => path.startsWith('/api/v1/exceptions'))).toBe(true);
  });
});
