import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Home } from './testing/call-cli.ts';
import { component } from './testing/scenario.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let platform: TestPlatform;
let home: Home;
const asOf = '2026-11-21T12:00:00.000Z';
const replicas = {
  ...{ object: 'Deployment users-api', field: '.spec.replicas', manager: 'kubectl-edit' },
  ...{ wanted: '2', live: '5', since: asOf },
};

beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
  platform.handlers.getDrift = async ({ params }) => ({
    ...{ placement: params.placement, asOf },
    items: [
      {
        ...{ ...replicas, times: 3, because: 'the number of instances', where: 'pltf.yaml:6:14' },
        ...{ adopt: { path: 'run.instances', value: '5' }, suggestion: 'drifted 3 times' },
      },
    ],
  });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const pltf = (...words: string[]) => home.pltf(words);
const bodyOf = (name: string) => platform.requests.find((each) => each.name === name)?.body;

describe('pltf drift', () => {
  test('says who changed what, why it was asked for otherwise, and what to do; ends with 2', async () => {
    const { code, out } = await pltf('drift', 'users-api.prod');

    expect(code).toBe(2);
    expect(out).toContain('.spec.replicas');
    expect(out).toContain('5 instead of 2');
    expect(out).toContain('by kubectl-edit');
    expect(out).toContain('asked for: the number of instances (pltf.yaml:6:14)');
    expect(out).toContain('keep it: run.instances = 5');
    expect(out).toContain('pltf drift revert users-api.prod');
  });

  test('ends with 0 where nothing drifted', async () => {
    platform.handlers.getDrift = async ({ params }) => ({
      placement: params.placement,
      asOf,
      items: [],
    });

    const { code, out } = await pltf('drift', 'users-api.prod');

    expect([code, out.trim()]).toEqual([0, 'users-api.prod is as the platform asks.']);
  });

  test('of a component says it of each of its environments', async () => {
    const { code, out } = await pltf('drift', 'users-api');

    const placements = platform.requests.filter(({ name }) => name === 'getDrift');
    expect(placements.length).toBeGreaterThan(1);
    expect(code).toBe(2);
    expect(out.match(/pltf drift revert users-api/g)).toHaveLength(placements.length);
  });

  test('is told by show too, with the way on', async () => {
    const detail = component('users-api');
    const placements = detail.placements.map((one) => ({ ...one, drift: [replicas] }));
    platform.handlers.getComponent = async () => ({ ...detail, placements });

    const { out } = await pltf('show', 'users-api');

    expect(out).toContain('.spec.replicas of Deployment users-api: 5 instead of 2 · pltf drift');
  });

  test('without a name shows everything that drifted', async () => {
    platform.handlers.listDrift = async () => ({
      items: [{ placement: 'users-api.prod', asOf, drift: [replicas] }],
    });

    const { code, out } = await pltf('drift');

    expect(code).toBe(2);
    expect(out).toMatch(
      /users-api\.prod +\.spec\.replicas of Deployment users-api: 5 instead of 2/,
    );
  });

  test('takes back what is named, with the reason', async () => {
    platform.handlers.revertDrift = async () => ({ reverted: [replicas] });

    const { code, out } = await pltf(
      ...['drift', 'revert', 'users-api.prod', '--field', '.spec.replicas', '--why', 'a slip'],
    );

    expect(code).toBe(0);
    expect(out).toContain('Taken back: .spec.replicas of Deployment users-api: 5 instead of 2');
    expect(bodyOf('revertDrift')).toEqual({ field: '.spec.replicas', why: 'a slip' });
  });
});
