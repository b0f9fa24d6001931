import { PlatformFile, ThinFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { resolveSpec } from '../thin-file/resolve-spec.ts';
import { deletionSchedule, protect, readClasses } from './index.ts';

const offers = {
  postgres: {
    plans: {
      'small': { monthly: '10' },
      'small-protected': { monthly: '20', protected: true },
      'tiny-vault': { monthly: '1', protected: true },
    },
  },
};

function protectedIn(file: z.input<typeof ThinFile>, environment: object = {}) {
  const platform = PlatformFile.parse({ offers, environments: [{ name: 'prod', ...environment }] });
  const resolved = resolveSpec(ThinFile.parse(file), platform);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const [rule] = platform.environments;
  if (rule === undefined) throw new Error('no environment');
  return protect(resolved.spec, platform, rule);
}
const service = { kind: 'service', name: 'shop', needs: { db: 'postgres/small' } } as const;
const host = 'shop.localhost';

describe('classes of data', () => {
  test.each([
    [{ pii: true }, ['pii']],
    [{ pii: 'contact+health' }, ['pii', 'pii.contact', 'pii.health']],
    [{ data: 'health contact' }, ['pii', 'pii.contact', 'pii.health']],
    [{ 'pii.financial': true }, ['pii', 'pii.financial']],
    [{ 'pii': false, 'pii.financial': false }, []],
    [{ data: 'none' }, []],
    [{ region: 'eu' }, []],
  ])('%j are %j', (policy, classes) => {
    expect(readClasses(policy)).toEqual({ classes, problems: [] });
  });

  test('that nobody knows are named with the nearest one', () => {
    expect(readClasses({ data: 'helth' }).problems).toEqual([
      expect.objectContaining({ key: 'data', fix: 'Did you mean `pii.health`?' }),
    ]);
  });

  test('contradict `pii=false`', () => {
    expect(readClasses({ 'pii': false, 'pii.health': true }).problems).toHaveLength(1);
  });
});

describe('personal data', () => {
  test('gets the protected plan of the same name, retention, masked logs and no public route', () => {
    const made = protectedIn({ ...service, policy: 'pii=true' }, { exposure: 'public' });

    expect(made.needs['db']).toMatchObject({ plan: 'small-protected', encrypted: true });
    expect(made.data).toEqual({
      classes: ['pii'],
      encryptedAtRest: true,
      encryptedInTransit: false,
      retention: '365d',
      maskedLogs: true,
    });
    expect(made.access(host)).toEqual({ public: false, signIn: false });
    expect(made.why['needs.db.plan']).toMatchObject({ source: 'policy' });
  });

  test('may be public behind a sign-in, and where the file insists, for a guardrail to see', () => {
    const signedIn = { ...service, policy: 'pii=true', access: { signIn: true } };
    const open = { ...service, policy: 'pii=true', access: { public: true } };

    expect(protectedIn(signedIn, { exposure: 'public' }).access(host)).toEqual({
      public: true,
      signIn: true,
    });
    expect(protectedIn(open, { exposure: 'public' }).access(host)).toEqual({
      public: true,
      signIn: false,
    });
  });

  test('on a volume that nobody encrypts is not called encrypted', () => {
    const file = {
      kind: 'service',
      name: 'shop',
      policy: 'pii=true',
      run: { volume: '/data' },
    } as const;

    expect(protectedIn(file).data.encryptedAtRest).toBe(false);
    expect(protectedIn(file, { encryptedAtRest: true }).data.encryptedAtRest).toBe(true);
  });

  test('is kept as long as the file says', () => {
    const made = protectedIn({ ...service, policy: { pii: true, retention: '90d' } });

    expect(made.data.retention).toBe('90d');
    expect(made.why['data.retention']).toMatchObject({ source: 'thin-file' });
  });

  test('stays in the region of its environment; a machine of no region is where the policy says', () => {
    const file = { ...service, policy: { pii: true, region: 'eu' } };

    expect(protectedIn(file).region).toBe('eu');
    expect(protectedIn(file, { region: 'us' }).region).toBe('us');
  });
});

test('what is not personal keeps its plan, its logs and its public route', () => {
  const made = protectedIn(service, { exposure: 'public' });

  expect(made.needs['db']).toMatchObject({ plan: 'small', encrypted: false });
  expect(made.data).toMatchObject({ classes: [], maskedLogs: false, encryptedAtRest: false });
  expect(made.data.retention).toBeUndefined();
  expect(made.access(host)).toEqual({ public: true, signIn: false });
});

test('special data and short retentions are looked at daily, the rest weekly', () => {
  expect(deletionSchedule(['pii', 'pii.health'], '365d')).toBe('0 3 * * *');
  expect(deletionSchedule(['pii'], '7d')).toBe('0 3 * * *');
  expect(deletionSchedule(['pii'], '365d')).toBe('0 3 * * 0');
  expect(deletionSchedule([], '365d')).toBeUndefined();
});
