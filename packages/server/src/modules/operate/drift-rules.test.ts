import type { DriftedField } from '@pltf/contracts';
import { planComponent } from '@pltf/plan';
import { describe, expect, it } from 'vitest';
import { applied, sampleFacts } from '../../../../plan/src/planning/testing/sample-facts.ts';
import {
  adoptable,
  adoptedText,
  explained,
  matches,
  type Standing,
  suggestionFor,
} from './drift-rules.ts';

const several = `kind: service   # answers
name: users-api
env: [staging, prod]
run:
  instances: 2   # enough
`;
const replicas: DriftedField = {
  ...{ object: 'Deployment users-api', field: '.spec.replicas', manager: 'kubectl-edit' },
  ...{ wanted: '2', live: '5' },
};

function standing(thinFile: string, environment = 'prod'): Standing {
  const facts = sampleFacts({}, { 'users-api': applied('users-api', thinFile) });
  const plan = planComponent({
    ...{ text: thinFile, fileName: 'pltf.yaml', facts, owner: 'everyone' },
    judge: () => [],
    now: new Date('2026-11-21T12:00:00Z'),
  });
  const { platform } = facts;
  return {
    ...{ id: `users-api.${environment}`, component: 'users-api', environment },
    plan,
    platform,
    thinFile,
  };
}
const adopted = (thinFile: string, drift: readonly DriftedField[]): string | undefined => {
  const here = standing(thinFile);
  return adoptedText(
    here,
    adoptable(drift, here).flatMap(({ adopt }) => adopt ?? []),
  );
};

describe('keeping what drifted', () => {
  it('writes it for its environment alone where the component has others, and keeps the layout', () => {
    expect(adopted(several, [replicas])).toBe(`${several}envs: {prod: {run: {instances: 5}}}\n`);
  });

  it('writes it above where there is no other environment', () => {
    const only = several.replace('[staging, prod]', 'prod');

    expect(adopted(only, [replicas])).toBe(only.replace('instances: 2 ', 'instances: 5 '));
  });

  it('writes it where the file says it for this environment already', () => {
    const own = `${several.replace('[staging, prod]', 'prod')}envs:\n  prod: {run: {instances: 3}}\n`;

    expect(adopted(own, [replicas])).toBe(own.replace('{instances: 3}', '{instances: 5}'));
  });

  it('writes several fields that mean one thing once, and different ones together', () => {
    const grace: DriftedField = {
      ...replicas,
      ...{ field: '.spec.template.spec.terminationGracePeriodSeconds', live: '70' },
    };
    const setting: DriftedField = {
      ...{
        object: 'ConfigMap users-api',
        field: '.data.LOG_LEVEL',
        live: '"debug"',
        manager: 'me',
      },
    };

    const text = adopted(several, [replicas, grace, setting]) ?? '';

    expect(text).toContain('instances: 5');
    expect(text).toContain('drain: 60s');
    expect(text).toMatch(/LOG_LEVEL: debug/);
  });

  it('is nothing where the thin file has no word for it', () => {
    const image = { ...replicas, field: '.spec.template.spec.containers[name="users-api"].image' };

    expect(adoptable([image], standing(several))[0]).not.toHaveProperty('adopt');
  });
});

describe('what is said of a drifted field', () => {
  it('has the line of the thin file behind what was asked for', () => {
    expect(explained(replicas, standing(several))).toEqual({
      because: expect.stringContaining('number of instances') as string,
      where: 'pltf.yaml:5:14',
    });
  });

  it('says to decide about one that comes again', () => {
    const adopt = { path: 'run.instances', value: '5' };

    expect(suggestionFor({ ...replicas, adopt }, 1, 'users-api.prod')).toBeUndefined();
    expect(suggestionFor({ ...replicas, adopt }, 3, 'users-api.prod')).toContain(
      '3 times in 90 days: write run.instances = 5 into the thin file (`pltf drift adopt users-api.prod`)',
    );
    expect(suggestionFor(replicas, 2, 'users-api.prod')).toContain('pltf request create');
  });

  it('is chosen by object and by field', () => {
    expect(matches(replicas, {})).toBe(true);
    expect(matches(replicas, { object: 'Deployment users-api', field: '.spec.replicas' })).toBe(
      true,
    );
    expect(matches(replicas, { object: 'ConfigMap users-api' })).toBe(false);
    expect(matches(replicas, { field: '.spec.paused' })).toBe(false);
  });
});
