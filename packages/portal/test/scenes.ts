import type { Page } from 'playwright-core';
import type { TestPlatform } from './platform/server.ts';

/** A page in a state, to be photographed. */
export interface Scene {
  readonly name: string;
  readonly path: string;
  readonly whole?: boolean;
  readonly act?: (page: Page, platform: TestPlatform) => Promise<void>;
  readonly after?: (platform: TestPlatform) => Promise<void>;
}

export const still = (name: string, path: string): Scene => ({ name, path, whole: true });

export const governanceScenes: readonly Scene[] = [
  still('debts', '/governance?team=team-payments'),
  still('guardrails', '/governance/guardrails'),
  still('guardrail', '/governance/guardrails/tier-1-instances'),
  still('exceptions', '/governance/exceptions?state=all'),
  still('exception', '/governance/exceptions/exc_00000000000000000000000002'),
  {
    name: 'exception-approve',
    path: '/governance/exceptions/exc_00000000000000000000000002',
    act: (page) => page.getByRole('button', { name: 'Approve' }).click(),
  },
  {
    name: 'exception-request',
    path: '/governance/guardrails/tier-1-instances',
    act: async (page) => {
      await page.getByRole('button', { name: 'Request an exception', exact: true }).click();
      await page.getByLabel('Environment').selectOption('prod');
      await page.getByRole('button', { name: 'Ask for it' }).click();
    },
  },
  still('requests', '/governance/requests?state=all'),
  still('request', '/governance/requests/req_00000000000000000000000001'),
  still('personal-data', '/governance/personal-data'),
  {
    name: 'personal-data-one',
    path: '/governance/personal-data',
    act: (page) => page.getByRole('button', { name: /^orders:/ }).click(),
  },
  still('component-governance', '/components/users-api/governance'),
  {
    name: 'component-why',
    path: '/components/users-api/governance',
    act: (page) => page.getByRole('button', { name: '1 to 4' }).focus(),
  },
  {
    name: 'agent-away',
    path: '/',
    act: async (page, { world }) => {
      world.governance.agent = 'down';
      await page.reload();
      await page.getByText('The agent does not answer').waitFor();
    },
    after: async ({ world }) => {
      world.governance.agent = 'ok';
    },
  },
  still('platform', '/platform'),
  {
    name: 'platform-version',
    path: '/platform',
    act: (page) => page.getByRole('button', { name: 'What version 14 changed' }).click(),
  },
];
