import type { FleetChangeView, PlatformPlan } from '@pltf/contracts';
import { platformDigest } from '@pltf/plan';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home } from './testing/call-cli.ts';
import { instant } from './testing/scenario.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let platform: TestPlatform;
let home: Home;

beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const pltf = (text: string) => home.pltf(text.split(' '));
const none = { waiting: 0, going: 0, done: 0, failed: 0, held: 0, back: 0 };
const halted: FleetChangeView = {
  ...{ id: 'op_1', version: 3, state: 'halted', startedAt: instant() },
  reason: 'billing.prod failed in europe: it crashed',
  waves: [
    {
      ...{ ring: 'canary', soakMs: 1000, maxFailures: 0, mandatory: true, current: false },
      ...{ counts: { ...none, done: 2 }, startedAt: instant(), passedAt: instant(), members: [] },
    },
    {
      ...{ ring: 'europe', soakMs: 1000, maxFailures: 0, mandatory: false, current: true },
      ...{ counts: { ...none, failed: 1, waiting: 4 }, startedAt: instant() },
      members: [{ placement: 'billing.prod', state: 'failed', reason: 'it crashed' }],
    },
  ],
};
const hold = { placement: 'shop.prod', by: 'ann', why: 'it is measured', since: instant() };

test('a halted change is shown with where and why, and what can be done, and is exit code 1', async () => {
  Object.assign(platform.handlers, {
    listFleetChanges: () => ({ items: [halted] }),
    listFleetHolds: () => ({ items: [hold] }),
  });

  const shown = await pltf('fleet status');

  expect(shown.code).toBe(1);
  expect(shown.out.split('\n').slice(0, 6)).toEqual([
    'Version 3 of the platform is halted',
    '  billing.prod failed in europe: it crashed',
    '  ✔ canary: 2 placements, 2 done',
    '  ▸ europe: 5 placements, 1 failed',
    '`pltf fleet resume` goes on, `pltf fleet abort` takes it back.',
    'shop.prod is held by ann: it is measured',
  ]);
});

test('waves name the placements that failed', async () => {
  Object.assign(platform.handlers, { listFleetChanges: () => ({ items: [halted] }) });

  const shown = await pltf('fleet waves');

  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/europe +billing\.prod +failed +it crashed/);
});

test('a decision goes to the platform with its reason', async () => {
  const asked: unknown[] = [];
  Object.assign(platform.handlers, {
    resumeFleet: ({ body }: { readonly body: unknown }) => {
      asked.push(body);
      return { ...halted, state: 'running', reason: undefined };
    },
  });

  const shown = await pltf('fleet resume --why mended');

  expect(shown.code).toBe(0);
  expect(asked).toEqual([{ why: 'mended' }]);
  expect(shown.out).toContain('Version 3 of the platform goes out');
});

test('a plan shows what is rendered as classes, what is most at stake, and the waves', async () => {
  const digest = platformDigest({});
  const plan: PlatformPlan = {
    ...{ digest, target: digest, base: { version: 1, digest }, outcome: 'changes', breaks: [] },
    ...{ settings: [], classes: [], guardrails: [], notes: [] },
    placements: { total: 10_000, unchanged: 9812, changed: 188 },
    cost: { currency: 'EUR', before: '1', after: '1' },
    rendered: {
      placements: { total: 10_000, unchanged: 9812, changed: 188, removed: 7 },
      classes: [
        {
          ...{ risk: 'removal', startsAgain: false, takenOut: true, count: 7, objects: 9 },
          ...{ environments: ['qa'], examples: ['a.qa'], more: 0 },
          changes: [{ object: 'Namespace <name>', field: '', before: 'there' }],
        },
        {
          ...{
            risk: 'stateful',
            startsAgain: true,
            count: 188,
            environments: ['prod'],
            objects: 2,
          },
          examples: ['a.prod'],
          changes: [
            {
              ...{ object: 'StatefulSet <name>', field: 'spec.replicas' },
              ...{ before: '2', after: '3', because: 'instances' },
            },
            { object: 'Service <name>', field: '', before: 'there' },
          ],
          more: 4,
        },
      ],
      forecast: {
        ...{ placements: 188, starting: 188, objects: 376, commits: 2, pushes: 2 },
        applySeconds: 8,
      },
      waves: [
        { ring: 'canary', placements: 8, soakMs: 1_800_000, maxFailures: 0, mandatory: true },
        {
          ...{ ring: 'rest', placements: 7, soakMs: 60_000, maxFailures: 0, mandatory: false },
          ...{ removals: 7, deletions: 5 },
        },
      ],
    },
  };
  Object.assign(platform.handlers, { planPlatform: () => plan });

  await pltf('platform init . --yes');
  const shown = await pltf('platform plan');

  const text = shown.out.split('\n');
  expect(text).toContain('On clusters: 9,812 unchanged; 188 change in 1 way; 7 are taken out');
  expect(text).toContain('  188 × prod (holds state, starts again)');
  expect(text).toContain('      StatefulSet <name> spec.replicas: 2 → 3');
  expect(text).toContain('  7 × qa (taken out, with all that they hold)');
  expect(shown.out).toContain('takes out 7 placements, above its budget of 5');
  expect(text).toContain('      Service <name>: goes');
  expect(text).toContain('      … and 4 more');
  expect(shown.out).toContain('canary: 8 placements, 30 min 0 s of soak');

  const [, way] = plan.rendered?.classes ?? [];
  const classes = Array.from({ length: 23 }, () => way);
  const many = { ...plan, rendered: { ...plan.rendered, classes } };
  Object.assign(platform.handlers, { planPlatform: () => many });
  const long = await pltf('platform plan');

  expect(long.out.match(/188 × prod/g)).toHaveLength(20);
  expect(long.out).toContain('… and 3 ways more, of 564 placements: `--json` has them all');
});
