import type { PlatformPlan } from '@pltf/contracts';
import { platformDigest } from '@pltf/plan';
import { expect, test } from 'vitest';
import { planLines } from './plan-lines.ts';

const digest = platformDigest({});
const plan: PlatformPlan = {
  ...{ digest, target: digest, base: { version: 1, digest }, outcome: 'changes' },
  ...{ settings: [], classes: [], breaks: [], guardrails: [], notes: [] },
  placements: { total: 200, unchanged: 12, changed: 188 },
  cost: { currency: 'EUR', before: '1', after: '1' },
  rendered: {
    placements: { total: 200, unchanged: 5, changed: 188, removed: 7 },
    classes: [
      {
        ...{ risk: 'removal', startsAgain: false, takenOut: true, count: 7, objects: 9, more: 0 },
        ...{ environments: ['qa'], examples: ['a.qa', 'b.qa', 'c.qa'] },
        changes: [{ object: 'Namespace <name>', field: '', before: 'there' }],
      },
      {
        ...{ risk: 'stateful', startsAgain: true, count: 188, objects: 1, more: 4 },
        ...{ environments: ['prod'], examples: ['a.prod'] },
        changes: [
          { object: 'StatefulSet <name>', field: 'spec.replicas', before: '2', after: '3' },
        ],
      },
    ],
    forecast: {
      ...{ placements: 188, starting: 188, objects: 376, commits: 2, pushes: 2 },
      applySeconds: 8,
    },
    waves: [
      { ring: 'canary', placements: 8, soakMs: 1, maxFailures: 0, mandatory: true },
      { ring: 'rest', placements: 187, soakMs: 1, maxFailures: 0, mandatory: false },
    ],
  },
};

test('a push is answered with what it makes of what is on clusters, and how that goes out', () => {
  expect(planLines(plan)).toEqual([
    'Placements  12 unchanged; 188 change in 0 ways',
    'On clusters 5 unchanged; 188 change in 1 way; 7 are taken out',
    '  7 × qa (taken out): Namespace <name> goes (a.qa, b.qa, …)',
    '  188 × prod (stateful, starts again): StatefulSet <name> spec.replicas 2 → 3, … (a.prod, …)',
    'Waves       canary 8, then rest 187',
  ]);
});

test('nothing is said of clusters where nothing on them changes', () => {
  const { rendered: _, ...rest } = plan;

  expect(planLines(rest).join()).not.toContain('On clusters');
});
