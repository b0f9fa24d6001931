import { PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliCall, Home } from './testing/call-cli.ts';
import { component, placement, rollout } from './testing/scenario.ts';
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

const pltf = (text: string, call?: CliCall) => home.pltf(text.split(' '), call);

describe('which environment', () => {
  test('is asked for with the choices when there are several', async () => {
    const { code, err } = await pltf('restart users-api');

    expect(code).toBe(64);
    expect(err).toContain('--env preview   http://users-api.preview.localhost:7080');
    expect(err).toContain('--env prod   http://users-api.prod.localhost:7080');
    expect(platform.rollouts.size).toBe(0);
  });

  test('is the only one there is, and that is said', async () => {
    platform.components.set(
      'solo',
      component('solo', { placements: [placement('solo', 'preview')] }),
    );

    const { code, err } = await pltf('restart solo');

    expect(code).toBe(0);
    expect(err).toContain('solo.preview: the only environment for this');
  });

  test('is the only one that makes sense: `start` means the stopped one', async () => {
    const desired = { release: 3, instances: 1, state: 'stopped' as const, size: 'small' };
    const stopped = placement('users-api', 'staging', { desired, phase: 'stopped' });
    platform.components.set(
      'users-api',
      component('users-api', { placements: [placement('users-api', 'prod'), stopped] }),
    );

    expect((await pltf('start users-api')).code).toBe(0);
    expect([...platform.rollouts.values()].map((each) => each.placement)).toEqual([
      'users-api.staging',
    ]);
  });

  test('can be a placement itself, or the branch of a preview', async () => {
    const preview = placement('users-api', 'preview', {
      id: 'users-api-fix.preview',
      branch: 'fix',
    });
    platform.components.set(
      'users-api',
      component('users-api', { placements: [placement('users-api', 'preview'), preview] }),
    );

    expect((await pltf('restart users-api --branch fix')).code).toBe(0);
    expect((await pltf('restart users-api.preview')).code).toBe(0);
    expect((await pltf('restart users-api --env preview')).code).toBe(0);
    expect([...platform.rollouts.values()].map((each) => each.placement)).toEqual([
      'users-api-fix.preview',
      'users-api.preview',
      'users-api.preview',
    ]);
  });

  test('that is not there is answered with those that are', async () => {
    const { code, err } = await pltf('restart users-api --env production');

    expect(code).toBe(1);
    expect(err).toContain('users-api.preview, users-api.staging, users-api.prod');
  });
});

describe('a rollout', () => {
  test('is shown step by step, and at its end what the router counted', async () => {
    const { code, out, err } = await pltf('rollback users-api --env prod --to 2 --why slow');

    expect(code).toBe(0);
    expect(err.split('\n').filter((each) => each.startsWith('done'))).toHaveLength(4);
    expect(err).toMatch(
      /done starting.*\ndone waiting until healthy.*\ndone switching traffic.*\ndone draining/,
    );
    expect(out).toContain('users-api.prod went back from #3 to #2 in 2.00 s');
    expect(out).toContain('1,234 requests, 0 failed, 0 errors, slowest 12 ms, p99 5.4 ms');
    expect(platform.requests.find(({ name }) => name === 'rollback')?.body).toEqual({
      to: 2,
      why: 'slow',
    });
  });

  test('that rolled back prints reason and log, and exits 1 whatever the reason is', async () => {
    platform.rolloutEnd = {
      state: 'rolled-back',
      step: 'rolled-back',
      reason: {
        code: 'stop-first-timeout',
        detail: 'it did not get healthy within 30 s',
        fix: 'See that it listens on PORT.',
        log: ['listening on \x1b[31m8080\x1b[0m', 'Error: boom\x07'],
      },
    };

    const { code, err } = await pltf('deploy users-api --env prod');

    expect(code).toBe(1);
    expect(err).toContain(
      'release #3 was taken back; #2 serves. it did not get healthy within 30 s',
    );
    expect(err).toContain('→ See that it listens on PORT.');
    expect(err).toContain('│ listening on 8080');
    expect(err).toContain('│ Error: boom\\x07');
  });

  test('that nobody reports on ends well, with its commit, and claims nothing', async () => {
    const reason = {
      ...{ code: 'nobody-reports', log: [] },
      detail: 'committed as 4f1d2c3; nobody reports what the cluster makes of it',
      fix: 'Name `context` in the runtime `fleet` of the platform file.',
    };
    platform.rolloutEnd = { state: 'done', step: 'committed', reason };

    const { code, out } = await pltf('deploy users-api --env prod');

    expect(code).toBe(0);
    expect(out).toContain(
      'users-api.prod: release #3 is committed as 4f1d2c3; nobody reports what the cluster makes of it.',
    );
    expect(out).toContain('Name `context` in the runtime `fleet` of the platform file.');
    expect(out).not.toContain('serves');
  });

  test('that another request superseded says so', async () => {
    platform.rolloutEnd = { state: 'superseded', step: 'failed' };

    const { code, err } = await pltf('deploy users-api --env prod');

    expect(code).toBe(1);
    expect(err).toContain('a later request took its place');
  });

  test('is followed to its end without events, too', async () => {
    platform.handlers.followEvents = () => {
      throw new PltfError('forbidden', { detail: 'not for you' });
    };

    expect((await pltf('restart users-api --env prod')).code).toBe(0);
  });

  test('can be attached to', async () => {
    const { id } = platform.roll('users-api.prod', {});

    const { code, out } = await pltf(`attach ${id}`);

    expect(code).toBe(0);
    expect(out).toContain('users-api.prod serves release #3');
  });

  test('is asked for once, though the connection breaks after the platform accepted it', async () => {
    const keys: (string | undefined)[] = [];
    platform.handlers.deploy = async ({ params }, { idempotencyKey }) => {
      keys.push(idempotencyKey);
      if (keys.length === 1) {
        await platform.stop();
        await platform.start();
      }
      return platform.roll(params.placement, {});
    };

    const { code } = await pltf('deploy users-api --env prod');

    expect(code).toBe(0);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
  });

  test('to another number of instances says how long that number holds', async () => {
    const { code, err } = await pltf('scale users-api 3 --env prod');

    expect(code).toBe(0);
    expect(err).toContain('Until its next release');
    expect(err).toContain('run: {instances: 3}');
  });

  test.each(['0', '101', '-1', '3.5', 'many', '１'])(
    'to %s instances is no rollout',
    async (count) => {
      const { code } = await home.pltf(
        ['scale', 'users-api', '--env', 'prod', '--', count].filter((word) => word !== '--'),
      );

      expect(code).toBe(64);
      expect(platform.rollouts.size).toBe(0);
    },
  );
});

describe('a rollout that somebody holds', () => {
  test('is shown with who does, since when and why, and the way on', async () => {
    const held = {
      by: 'ben',
      since: new Date(Date.now() - 200_000).toISOString(),
      why: 'the till',
    };
    platform.components.set(
      'users-api',
      component('users-api', { placements: [placement('users-api', 'prod', { held })] }),
    );

    const { out } = await pltf('show users-api');

    expect(out).toContain(
      'users-api.prod: ben paused its rollout 3 min ago (the till) · pltf resume users-api.prod',
    );
  });
});

test('a step of another rollout is not mistaken for one of the rollout that is followed', async () => {
  platform.handlers.restart = ({ params }) => {
    const data = { rollout: rollout('users-api.prod').id, step: 'release-task' };
    platform.tell({
      type: 'rollout-progressed',
      component: 'users-api',
      placement: 'users-api.prod',
      data,
    });
    return platform.roll(params.placement, {});
  };

  const { code, err } = await pltf('restart users-api --env prod');

  expect(code).toBe(0);
  expect(err).toContain('done waiting until healthy');
  expect(err).not.toContain('release task');
});
