import type { Me } from '@pltf/contracts';
import { expect, it } from 'vitest';
import { mayChangePeople, mayCreate, mayOperate, mayReadAudit, possibleOwners } from './rights.ts';

const me = (role: Me['user']['role'], developerOf: string[] = [], viewerOf: string[] = []): Me => ({
  user: {
    name: 'ana',
    displayName: 'Ana',
    role,
    teams: [
      ...developerOf.map((team) => ({ team, role: 'developer' as const })),
      ...viewerOf.map((team) => ({ team, role: 'viewer' as const })),
    ],
    createdAt: '2026-11-21T14:00:00Z',
    disabled: false,
  },
  via: 'session',
  scopes: ['read', 'write', 'git'],
  developerOf,
  platform: {
    organisation: 'Acme',
    domain: 'localhost',
    portalUrl: '',
    routerPort: 1,
    version: '0',
  },
});

it('lets developers of the owning team and the platform team operate', () => {
  expect(mayOperate(me('member', ['pay']), 'pay').allowed).toBe(true);
  expect(mayOperate(me('platform'), 'pay').allowed).toBe(true);
});

it('tells everybody else whose it is and who can', () => {
  expect(mayOperate(me('member', ['users']), 'pay')).toMatchObject({
    allowed: false,
    reason: expect.stringContaining('belongs to pay'),
  });
  expect(mayOperate(me('member', [], ['pay']), 'pay')).toMatchObject({
    reason: expect.stringContaining('viewer in pay'),
  });
  expect(mayOperate(me('auditor'), 'pay').allowed).toBe(false);
});

it('lets those create who have a team to own it', () => {
  expect(mayCreate(me('member')).allowed).toBe(false);
  expect(mayCreate(me('member', ['pay'])).allowed).toBe(true);
  expect(possibleOwners(me('member', ['pay']), ['pay', 'users'])).toEqual(['pay']);
  expect(possibleOwners(me('platform', ['users']), ['pay', 'users'])).toEqual(['users', 'pay']);
});

it('keeps people and audit to their readers', () => {
  expect(mayReadAudit(me('auditor')).allowed).toBe(true);
  expect(mayReadAudit(me('member')).allowed).toBe(false);
  expect(mayChangePeople(me('auditor')).allowed).toBe(false);
});
