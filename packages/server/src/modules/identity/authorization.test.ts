import type { Action, PlatformRole, TeamRole, TokenScope } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Actor, anonymous } from '../../kernel/actor.ts';
import { decide } from './authorization.ts';

const reads = [
  'component:read',
  'repository:read',
  'people:read',
  'audit:read',
  'platform-source:read',
  'policy:read',
  'guardrail:replay',
] as const satisfies Action[];
const writes = [
  'component:create',
  'component:operate',
  'component:delete',
  'repository:write',
  'people:write',
  'platform:write',
  'platform-source:write',
  'exception:request',
  'exception:decide',
  'exception:revoke',
  'request:answer',
] as const satisfies Action[];
const ofTeams = [
  'component:create',
  'component:operate',
  'component:delete',
  'repository:write',
  'exception:request',
  'request:answer',
] as const satisfies Action[];
const every: readonly Action[] = ['public', 'signed-in', 'request:create', ...reads, ...writes];
const scopes: readonly TokenScope[] = ['read', 'write', 'git'];

const team = fc.constantFrom('team-a', 'team-b', 'team-c');
const action = fc.constantFrom(...every);
const teams = fc
  .array(fc.tuple(team, fc.constantFrom<TeamRole>('developer', 'viewer')), { maxLength: 3 })
  .map((entries) => new Map(entries));
const role = fc.constantFrom<PlatformRole>('platform', 'auditor', 'member');
const scopeSet = fc.subarray([...scopes]).map((found) => new Set(found));
const question = fc
  .record({ team: fc.option(team, { nil: undefined }), writes: fc.boolean() })
  .map(({ team: of, writes: changes }) => ({
    ...(of === undefined ? {} : { team: of }),
    writes: changes,
  }));

const signedIn = fc.record({
  name: fc.constant('somebody'),
  role,
  teams,
  via: fc.constant('session' as const),
  scopes: fc.constant(new Set(scopes)),
});

const actorWith = (parts: Partial<Actor>): Actor => ({
  name: 'somebody',
  role: 'member',
  teams: new Map(),
  via: 'session',
  scopes: new Set(scopes),
  ...parts,
});

const deciding = fc.subarray<'team-a' | 'team-b' | 'team-c'>(['team-a', 'team-b']);

const may = (actor: Actor, what: Action, of: Parameters<typeof decide>[2]): boolean =>
  decide(actor, what, of).allowed;

describe('who may do what', () => {
  test('a passer-by may do what is public and nothing else', () => {
    fc.assert(
      fc.property(action, question, (what, of) => {
        expect(may(anonymous, what, of)).toBe(what === 'public');
      }),
    );
  });

  test('somebody without role or team changes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom(...writes), question, (what, of) => {
        expect(may(actorWith({}), what, of)).toBe(false);
      }),
    );
  });

  test('viewers change nothing, whatever they view', () => {
    const viewer = actorWith({
      teams: new Map([
        ['team-a', 'viewer'],
        ['team-b', 'viewer'],
        ['team-c', 'viewer'],
      ]),
    });

    fc.assert(
      fc.property(fc.constantFrom(...writes), question, (what, of) => {
        expect(may(viewer, what, of)).toBe(false);
      }),
    );
  });

  test("developers change what is their team's, and nothing of other teams", () => {
    fc.assert(
      fc.property(teams, fc.constantFrom(...ofTeams), team, (own, what, of) => {
        expect(may(actorWith({ teams: own }), what, { team: of })).toBe(
          own.get(of) === 'developer',
        );
      }),
    );
  });

  test('an exception is decided by a developer of a team that may, and by nobody who only looks', () => {
    fc.assert(
      fc.property(role, teams, deciding, (has, own, deciders) => {
        const entitled = deciders.some((of) => own.get(of) === 'developer');

        expect(
          may(actorWith({ role: has, teams: own }), 'exception:decide', { teams: deciders }),
        ).toBe(has === 'platform' || (has === 'member' && entitled));
      }),
    );
  });

  test('being a developer gives no rights over people or the platform', () => {
    fc.assert(
      fc.property(teams, question, (own, of) => {
        for (const what of [
          'people:read',
          'people:write',
          'audit:read',
          'platform:write',
          'guardrail:replay',
          'exception:decide',
        ] as const) {
          expect(may(actorWith({ teams: own }), what, of)).toBe(false);
        }
      }),
    );
  });

  test('auditors read everything and change nothing, also where they are developers', () => {
    fc.assert(
      fc.property(teams, team, (own, of) => {
        const auditor = actorWith({ role: 'auditor', teams: own });
        for (const what of reads) expect(may(auditor, what, { team: of })).toBe(true);
        for (const what of writes) expect(may(auditor, what, { team: of })).toBe(false);
      }),
    );
  });

  test('platform administrators and the platform itself may do everything', () => {
    fc.assert(
      fc.property(action, question, (what, of) => {
        expect(may(actorWith({ role: 'platform' }), what, of)).toBe(true);
        expect(may(actorWith({ via: 'platform', scopes: new Set() }), what, of)).toBe(true);
      }),
    );
  });

  test('the source of a component is for its team, the catalogue for everybody', () => {
    fc.assert(
      fc.property(teams, team, (own, of) => {
        const member = actorWith({ teams: own });
        expect(may(member, 'repository:read', { team: of })).toBe(own.has(of));
        expect(may(member, 'component:read', { team: of })).toBe(true);
      }),
    );
  });
});

describe('the scopes of a token', () => {
  test('only ever take rights away', () => {
    fc.assert(
      fc.property(signedIn, scopeSet, action, question, (person, held, what, of) => {
        const byToken: Actor = { ...person, via: 'token', scopes: held };
        if (may(byToken, what, of)) expect(may(person, what, of)).toBe(true);
      }),
    );
  });

  test('fewer scopes never allow more', () => {
    fc.assert(
      fc.property(
        signedIn,
        scopeSet,
        scopeSet,
        action,
        question,
        (person, some, others, what, of) => {
          const narrow: Actor = {
            ...person,
            via: 'token',
            scopes: new Set([...some].filter((scope) => others.has(scope))),
          };
          const wide: Actor = { ...person, via: 'token', scopes: some };
          if (may(narrow, what, of)) expect(may(wide, what, of)).toBe(true);
        },
      ),
    );
  });

  test('without any, allow what is public and nothing else', () => {
    fc.assert(
      fc.property(signedIn, action, question, (person, what, of) => {
        expect(may({ ...person, via: 'token', scopes: new Set() }, what, of)).toBe(
          what === 'public',
        );
      }),
    );
  });

  test('to read alone change nothing, not even the own account', () => {
    const reader = actorWith({ role: 'platform', via: 'token', scopes: new Set(['read']) });

    for (const what of writes) expect(may(reader, what, { team: 'team-a' })).toBe(false);
    expect(may(reader, 'signed-in', { writes: true })).toBe(false);
    expect(may(reader, 'signed-in', { writes: false })).toBe(true);
  });

  test('for git alone reach repositories and nothing else', () => {
    const git = actorWith({ role: 'platform', via: 'token', scopes: new Set(['git']) });

    expect(every.filter((what) => may(git, what, { team: 'team-a' }))).toEqual([
      'public',
      'repository:read',
      'platform-source:read',
      'repository:write',
      'platform-source:write',
    ]);
  });
});

describe('a refusal', () => {
  test('always says why and who could change it', () => {
    fc.assert(
      fc.property(
        fc.oneof(signedIn, fc.constant(anonymous)),
        scopeSet,
        action,
        question,
        (person, held, what, of) => {
          const decision = decide(
            { ...person, via: person.via === 'anonymous' ? 'anonymous' : 'token', scopes: held },
            what,
            of,
          );
          if (decision.allowed) return;
          expect(decision.reason.length).toBeGreaterThan(10);
          expect(decision.remedy).toMatch(/Ask a platform administrator|pltf|token/);
        },
      ),
    );
  });

  test('names the team whose role is missing', () => {
    const decision = decide(actorWith({}), 'component:operate', {
      team: 'team-a',
      what: 'users-api.prod',
    });

    expect(decision).toEqual({
      allowed: false,
      code: 'forbidden',
      reason: 'only a developer of the team team-a may do component:operate on users-api.prod',
      remedy: 'Ask a platform administrator to make you a developer of the team team-a.',
    });
  });

  test('does not tell whether a thing exists that has no team to ask', () => {
    const decision = decide(actorWith({}), 'component:operate', { what: 'users-api.prod' });

    expect(decision).toMatchObject({ code: 'not-found', reason: 'there is no users-api.prod' });
  });
});
