import {
  ComponentDetail,
  ComponentSummary,
  CreationPlan,
  LogLine,
  Me,
  OperationView,
  PlacementView,
  PltfError,
  Problem,
  ReleaseView,
  RolloutView,
  RunView,
} from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CliCall, Home } from './testing/call-cli.ts';
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

describe('answers in JSON', () => {
  const list = (item: z.ZodType) => z.strictObject({ items: z.array(item).min(1) });

  test.each<[string, z.ZodType]>([
    ['list', list(ComponentSummary)],
    ['list releases users-api', list(ReleaseView)],
    ['list runs users-api', list(RunView)],
    ['list previews', list(PlacementView)],
    ['show users-api', ComponentDetail],
    ['show users-api.prod', PlacementView],
    ['whoami', Me],
    ['promote users-api', RolloutView],
    ['deploy users-api --env staging', RolloutView],
    ['rollback users-api --env prod', RolloutView],
    ['restart users-api --env prod', RolloutView],
    ['scale users-api 3 --env prod', RolloutView],
    ['stop users-api --env staging', RolloutView],
    ['create service mail gateway', OperationView],
    ['delete users-api --yes', OperationView],
    ['status', z.object({ url: z.string(), status: z.literal('ok') })],
    ['open users-api --env prod', z.strictObject({ url: z.string() })],
    ['login --link', z.strictObject({ url: z.string(), expiresAt: z.string() })],
    ['token create laptop', z.object({ token: z.string(), id: z.string() })],
    ['token list', list(z.object({ id: z.string() }))],
    ['list paths', list(z.object({ id: z.literal('node-service') }))],
    ['platform user list', list(z.object({ name: z.literal('ada') }))],
    ['platform team list', list(z.object({ name: z.literal('everyone') }))],
    [
      'platform user add bob',
      z.object({ user: z.object({ name: z.literal('bob') }), url: z.string() }),
    ],
    ['platform user set bob --role auditor', z.object({ role: z.literal('auditor') })],
    ['platform user link bob', z.object({ url: z.string() })],
    ['platform team add team-identity', z.object({ name: z.literal('team-identity') })],
    [
      'platform member set team-identity bob viewer',
      z.object({ name: z.literal('team-identity') }),
    ],
    ['platform member remove team-identity bob', z.object({ members: z.array(z.never()) })],
    ['audit', list(z.object({ actor: z.literal('ada') }))],
    ['activity', list(z.object({ seq: z.number() }))],
    [
      'debug users-api',
      z.object({ component: ComponentDetail, placements: z.array(z.unknown()).min(3) }),
    ],
    ['version', z.strictObject({ version: z.string() })],
  ])('`%s --json` gives one document of the shape of the API', async (text, shape) => {
    platform.tell({});

    const { code, out, err } = await pltf(`${text} --json`);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(() => shape.parse(JSON.parse(out))).not.toThrow();
  });

  test('gives a plan with exit code 2', async () => {
    const { code, out } = await pltf('create service mail gateway --plan --json');

    expect(code).toBe(2);
    expect(CreationPlan.parse(JSON.parse(out)).name).toBe('mail-gateway');
    expect(platform.operations.size).toBe(0);
  });

  test('gives one document a line for streams', async () => {
    const { code, out } = await pltf('logs users-api --env prod --json');

    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((each) => LogLine.parse(JSON.parse(each)).text),
    ).toEqual(['listening']);
  });

  test('gives one problem document on stderr for an error', async () => {
    const { code, out, err } = await pltf('show nothing-here --json');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(Problem.parse(JSON.parse(err))).toMatchObject({ code: 'not-found', status: 404 });
  });

  test('gives a problem document for wrong usage too', async () => {
    const { code, err } = await pltf('lsit --json');

    expect(code).toBe(64);
    expect(Problem.parse(JSON.parse(err))).toMatchObject({
      code: 'usage-invalid',
      fix: 'Did you mean list?',
    });
  });
});

describe('exit codes', () => {
  test('1 when the platform denies', async () => {
    platform.handlers.restart = () => {
      throw new PltfError('forbidden', { detail: 'team-identity owns users-api' });
    };

    const { code, err } = await pltf('restart users-api --env prod');

    expect(code).toBe(1);
    expect(err).toContain('team-identity owns users-api');
    expect(err).toContain('→ Ask the owner');
  });

  test('75 when trying again may help', async () => {
    platform.handlers.restart = () => {
      throw new PltfError('component-busy', { detail: 'a creation is at work on users-api' });
    };

    expect((await pltf('restart users-api --env prod')).code).toBe(75);
  });

  test('75 when nobody answers, with the address', async () => {
    await platform.stop();

    const { code, err } = await pltf('list');

    expect(code).toBe(75);
    expect(err).toContain(`no answer from ${platform.url}`);
  });

  test('1 when nobody is signed in, with how to', async () => {
    const { code, err } = await pltf('list', { env: { PLTF_TOKEN: '' } });

    expect(code).toBe(1);
    expect(err).toContain(`\`pltf login ${platform.url}\` signs you in.`);
  });

  test('64 for an address that is none, without saying what was in it', async () => {
    const { code, err } = await pltf('list --url http://ada:secret@127.0.0.1:1');

    expect(code).toBe(64);
    expect(err).not.toContain('secret');
  });

  test.each([
    'show ..',
    'show ../../etc',
    'logs a/b',
    'show %2e%2e',
    'delete Users',
    'platform user set ../x --disable',
  ])('1 for a name that is none, before anything is asked: %s', async (text) => {
    const { code, err } = await pltf(text);

    expect(code).toBe(1);
    expect(err).toContain('name-invalid');
    expect(platform.requests).toEqual([]);
  });
});

describe('typing errors', () => {
  test.each([
    ['lsit', 'Did you mean list?'],
    ['rolback users-api', 'Did you mean rollback?'],
    ['token lst', 'Did you mean list?'],
    ['rollback users-api --evn prod', 'Did you mean --env?'],
    ['create servise users api', 'Did you mean service?'],
    ['list relaeses', 'Did you mean releases?'],
  ])('%s is answered with what was meant', async (text, suggestion) => {
    const { code, out, err } = await pltf(text);

    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain(suggestion);
  });

  test('what resembles nothing gets the way to help', async () => {
    expect((await pltf('frobnicate')).err).toContain('`pltf --help` shows what there is.');
  });
});

describe('completion', () => {
  test.each([
    [['ro'], ['rollback']],
    [
      ['create', ''],
      ['service', 'worker', 'job', 'site'],
    ],
    [['platform', 'user', 'a'], ['add']],
    [['show', 'us'], ['users-api']],
    [['rollback', 'users-api', '--e'], ['--env']],
    [
      ['create', 'service', 'x', '--ci', ''],
      ['github', 'gitlab'],
    ],
    [['list', 'rel'], ['releases']],
    [['list', 'releases', 'users'], ['users-api']],
    [['git-'], []],
  ])('of %j is %j', async (words, expected) => {
    const { code, out } = await home.pltf(['complete', '--', ...words]);

    expect(code).toBe(0);
    expect(out.split('\n').filter(Boolean)).toEqual(expected);
  });

  test('is silent when the platform is not there', async () => {
    await platform.stop();

    expect(await home.pltf(['complete', '--', 'show', ''])).toEqual({ code: 0, out: '', err: '' });
  });
});
