import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditPage } from './audit-page.ts';
import { type Portal, reason, startPortal, withoutBrowser } from './fixture.ts';

const pages = [
  '/',
  '/?q=pay',
  '/?q=zeppelin',
  '/create',
  '/create?path=worker',
  '/activity',
  '/people',
  '/audit',
  '/settings/tokens',
  '/status',
  '/nowhere',
  '/components/users-api',
  '/components/ledger',
  '/components/legacy-importer',
  '/components/nightly-report',
  '/components/customer-notification-preferences-worker',
  '/components/users-api/releases',
  '/components/users-api/runs',
  '/components/users-api/logs',
  '/components/users-api/activity',
  '/components/users-api/governance',
  '/governance?team=team-payments',
  '/governance/guardrails',
  '/governance/guardrails/tier-1-instances',
  '/governance/exceptions?state=all',
  '/governance/exceptions/exc_00000000000000000000000002',
  '/governance/requests?state=all',
  '/governance/requests/req_00000000000000000000000001',
  '/governance/personal-data',
  '/platform',
];

describe.skipIf(withoutBrowser)(`for everybody${reason}`, () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal[Symbol.asyncDispose]());

  async function settled(page: Page, path: string): Promise<void> {
    await page.goto(portal.platform.url + path);
    await page.waitForSelector('h1');
    await page.waitForFunction(() => document.querySelector('.skeleton') === null);
  }

  it.each(['light', 'dark'] as const)(
    'every page in %s has names, labels, order and contrast',
    async (theme) => {
      const page = await portal.open({ user: 'ana', theme });
      const failed = [...portal.platform.world.runs.values()].find(
        ({ state }) => state === 'failed',
      );
      const flaws: Record<string, readonly string[]> = {};

      for (const path of [...pages, `/runs/${failed?.id ?? ''}`]) {
        await settled(page, path);
        const found = await page.evaluate(auditPage);
        if (found.length > 0) flaws[path] = found;
      }

      expect(flaws).toEqual({});
      expect(portal.complaints()).toEqual([]);
      await page.context().close();
    },
    120_000,
  );

  it.each(['light', 'dark'] as const)(
    'dialogs, menus, palette and flaws in %s have them too',
    async (theme) => {
      const page = await portal.open({ user: 'ana', theme });
      const flaws: Record<string, readonly string[]> = {};
      const look = async (what: string): Promise<void> => {
        const found = await page.evaluate(auditPage);
        if (found.length > 0) flaws[what] = found;
      };

      for (const action of [
        'promote',
        'rollback',
        'restart',
        'scale',
        'stop',
        'task',
        'deploy',
        'delete',
      ]) {
        await settled(page, `/components/users-api?do=${action}`);
        await page.getByRole('dialog').waitFor();
        await look(action);
      }
      await settled(page, '/components/users-api');
      await page.getByRole('button', { name: 'More for prod' }).click();
      await look('menu');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await look('palette');
      await settled(page, '/governance/exceptions/exc_00000000000000000000000002');
      await page.getByRole('button', { name: 'Approve' }).click();
      await look('approve');
      await settled(page, '/governance/guardrails/tier-1-instances');
      await page.getByRole('button', { name: 'Request an exception', exact: true }).click();
      await page.getByRole('button', { name: 'Ask for it' }).click();
      await look('request an exception');
      await settled(page, '/governance/requests?do=ask');
      await look('ask');
      await settled(page, '/platform');
      await page.getByRole('button', { name: 'What version 14 changed' }).click();
      await page.getByText('In the platform file').waitFor();
      await look('version');
      await settled(page, '/create');
      await page.getByLabel('Name', { exact: true }).fill('Ä');
      await look('flaws of a form');
      await page.goto(`${portal.platform.url}/sign-in`);
      await page.waitForSelector('h1');
      await look('sign in');

      expect(flaws).toEqual({});
      await page.context().close();
    },
    120_000,
  );

  it('fits 360 pixels: nothing but tables and logs scrolls sideways', async () => {
    const page = await portal.open({ user: 'ana', width: 360 });
    const wide: Record<string, number> = {};

    for (const path of pages) {
      await settled(page, path);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 360) wide[path] = width;
    }

    expect(wide).toEqual({});
    await page.context().close();
  }, 120_000);

  it('is finished without movement for those who ask for none', async () => {
    const page = await portal.open({ user: 'ana', path: '/components/users-api' });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.reload();
    await page.waitForSelector('h1');

    const moving = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 10).length,
    );

    expect(moving).toBe(0);
    await page.context().close();
  });

  it('would find what is planted: the audit itself can fail', async () => {
    const page = await portal.open({ user: 'ana' });
    await page.evaluate(() => {
      const main = document.querySelector('main');
      const plant = (
        tag: string,
        attributes: Readonly<Record<string, string>>,
        text = '',
      ): void => {
        const element = document.createElement(tag);
        for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
        element.textContent = text;
        main?.append(element);
      };
      plant('button', { type: 'button' });
      plant('input', { type: 'text', placeholder: 'a placeholder is no name' });
      plant('p', {}, 'too pale to read');
      plant('h4', {}, 'a level skipped');
      plant('span', { id: 'content' }, 'an id twice');
      plant('a', { href: 'https://example.com', target: '_blank' }, 'hands over');
      plant('p', { 'aria-describedby': 'nobody' }, 'describes nothing');
    });

    const found = (await page.evaluate(auditPage)).join('\n');

    // By script: the policy of the page refuses style attributes.
    await page.evaluate(() => {
      const pale = [...document.querySelectorAll('p')].find(
        ({ textContent }) => textContent === 'too pale to read',
      );
      if (pale !== undefined) Object.assign(pale.style, { color: '#bbb', background: '#fff' });
    });
    const pale = (await page.evaluate(auditPage)).join('\n');
    expect(found).toMatch(/has no name: <button/);
    expect(found).toMatch(/has no name: <input/);
    expect(found).toMatch(/skips from level/);
    expect(found).toMatch(/id content twice/);
    expect(found).toMatch(/hands over the window/);
    expect(found).toMatch(/aria-describedby names nothing/);
    expect(pale).toMatch(/text has contrast 1\.\d+: <p/);
    await page.context().close();
  });

  it('shows where the focus is, and lets one skip to the content', async () => {
    const page = await portal.open({ user: 'ana' });

    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Skip to the content',
    );
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      const style = element === null ? undefined : getComputedStyle(element);
      return {
        inMain: element?.closest('main') !== null,
        outline: `${style?.outlineStyle} ${style?.outlineWidth}`,
      };
    });

    expect(focused).toEqual({ inMain: true, outline: 'solid 2px' });
    await page.context().close();
  });
});
