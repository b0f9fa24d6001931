import { PlatformFile, type TeamRole } from '@pltf/contracts';
import { expect, test } from 'vitest';
import { refuseUnapproved } from './approval.ts';

const file = PlatformFile.parse({
  environments: [{ name: 'staging' }, { name: 'prod', approvers: ['release', 'ops'] }],
});
const ask = (
  environment: string,
  teams: [string, TeamRole][],
  role: 'member' | 'platform' = 'member',
) =>
  refuseUnapproved(file, environment, { name: 'eve', role, via: 'token', teams: new Map(teams) });

test('only developers of the teams that approve take a release there', () => {
  expect(() => ask('prod', [['team-a', 'developer']])).toThrow(
    'a release comes to prod only by a developer of one of the teams release, ops',
  );
  expect(() => ask('prod', [['ops', 'viewer']])).toThrow('forbidden');
  expect(() => ask('prod', [['ops', 'developer']])).not.toThrow();
  expect(() => ask('prod', [], 'platform')).not.toThrow();
});

test('where nobody has to agree, nobody is asked', () => {
  expect(() => ask('staging', [])).not.toThrow();
  expect(() => ask('gone', [])).not.toThrow();
});
