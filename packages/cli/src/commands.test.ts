import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { width } from './output/width.ts';
import { type CliCall, Home } from './testing/call-cli.ts';
import {
  component,
  instant,
  line,
  placement,
  release,
  rollout,
  run,
  task,
} from './testing/scenario.ts';
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

describe('a creation', () => {
  test('shows its steps and ends with addresses and what to try next', async () => {
    const { code, out, err } = await pltf(
      'create service mail gateway --owner everyone --param port=8080 --param greeting=hi',
    );

    expect(code).toBe(0);
    expect(err).toMatch(/done Repository.*\(0\.50 s\)\ndone Pipeline.*\ndone Review app/);
    expect(out).toContain('mail-gateway is there');
    expect(out).toMatch(/Review app {2}http:\/\/mail-gateway\.preview\.localhost:7080/);
    expect(out).toMatch(/Clone +http:\/\/127\.0\.0\.1:7070\/git\/mail-gateway\.git/);
    expect(out).toMatch(/Page +http:\/\/127\.0\.0\.1:7070\/components\/mail-gateway/);
    expect(out).toContain('What to try next');
    expect(platform.requests.find(({ name }) => name === 'createComponent')?.body).toEqual({
      kind: 'service',
      ci: 'github',
      name: 'mail-gateway',
      owner: 'everyone',
      parameters: { port: 8080, greeting: 'hi' },
    });
  });

  test('of a name that is taken exits 1 with the remedy', async () => {
    const { code, err } = await pltf('create service users api');

    expect(code).toBe(1);
    expect(err).toContain('users-api exists and belongs to everyone');
    expect(err).toContain('→ Choose another name');
  });

  test.each([['Üsers'], ['../x'], ['platform'], ['a'.repeat(41)], ['x'.repeat(10_000)]])(
    'of the name %.20s is refused before anything is asked',
    async (name) => {
      const { code, err } = await home.pltf(['create', 'service', name]);

      expect(code).toBe(1);
      expect(err).toContain('name-invalid');
      expect(err.length).toBeLessThan(600);
      expect(platform.requests).toEqual([]);
    },
  );

  test('that was undone says why, what to do, and prints the receipt', async () => {
    platform.handlers.getOperation = ({ params }) => ({
      ...(platform.operations.get(params.id) as OperationView),
      state: 'undone',
      steps: [{ id: 'files', title: 'Files', state: 'failed', detail: 'line 3: no such filter' }],
      problem: {
        code: 'template-invalid',
        detail: 'the template could not be rendered',
        fix: 'Mend line 3.',
      },
      receipt: [{ what: 'catalogue entry mail', outcome: 'undone' }],
      finishedAt: instant(1),
    });

    const { code, err } = await pltf('create service mail');

    expect(code).toBe(1);
    expect(err).toContain('failed Files: line 3: no such filter');
    expect(err).toContain('undone  catalogue entry mail');
    expect(err).toContain('→ Mend line 3.');
  });

  test('that is interrupted goes on, and says how to follow it again', async () => {
    platform.held = true;
    const interruption = new AbortController();
    const pending = pltf('create service mail', { interrupted: interruption.signal });
    while (platform.operations.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));

    interruption.abort();

    const { code, err } = await pending;
    expect(code).toBe(130);
    const [id] = platform.operations.keys();
    expect(err).toContain(`\`pltf attach ${id}\` follows it again`);
    platform.held = false;
    const attached = await pltf(`attach ${id}`);
    expect(attached.code).toBe(0);
    expect(attached.out).toContain('mail is there');
  });

  test('is followed across a restart of the platform', async () => {
    platform.held = true;
    const pending = pltf('create service mail');
    while (!platform.requests.some(({ name }) => name === 'getOperation')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }

    await platform.stop();
    await new Promise((resolve) => setTimeout(resolve, 700));
    platform.held = false;
    await platform.start();

    const { code, err } = await pending;
    expect(code).toBe(0);
    expect(err).toContain('The platform does not answer; waiting for it …\nIt answers again.');
  });

  test('is planned without being made', async () => {
    const { code, out } = await pltf('plan create service mail');

    expect(code).toBe(2);
    expect(out).toContain('nothing is changed by asking');
    expect(out).toContain('http://mail.preview.localhost:7080');
    expect(platform.operations.size).toBe(0);
  });

  test('that would be refused has a plan that exits 1 with every problem', async () => {
    platform.handlers.planComponent = () => ({
      name: 'mail',
      kind: 'service',
      path: {
        id: 'node-service',
        title: 'Node',
        version: '1.0.0',
        maturity: 'supported',
        support: '',
      },
      owner: 'everyone',
      files: [],
      pipeline: { jobs: [] },
      placements: [],
      problems: [
        { where: 'name', message: 'mail is taken', fix: 'Choose another name.' },
        { where: 'parameters.port', message: 'must be a number' },
      ],
    });

    const { code, err } = await pltf('create service mail --plan');

    expect(code).toBe(1);
    expect(err).toContain('at name: mail is taken');
    expect(err).toContain('at parameters.port: must be a number');
  });
});

describe('a deletion', () => {
  test('says what will go, wants the name, follows to the end and prints the receipt', async () => {
    const { code, out, err } = await pltf('delete users-api --why retired', {
      typed: ['users-api'],
    });

    expect(code).toBe(0);
    expect(err).toContain('users-api.prod: 1 instance, http://users-api.prod.localhost:7080');
    expect(err).toContain('repository http://127.0.0.1:7070/git/users-api.git');
    expect(err).toContain('Type users-api to delete it: ');
    expect(out).toContain('gone    repository users-api');
    expect(out).toContain('users-api is gone, in 3.00 s.');
    expect(platform.requests.find(({ name }) => name === 'deleteComponent')?.url).toContain(
      'confirm=users-api&why=retired',
    );
  });

  test('that nobody can prove says so, and does not call it gone', async () => {
    platform.receipt = [{ what: 'placement users-api.prod: removed …', outcome: 'unknown' }];

    const { code, out } = await pltf('delete users-api', { typed: ['users-api'] });

    expect(code).toBe(0);
    expect(out).toContain('unknown  placement users-api.prod: removed …');
    expect(out).toContain('whether its clusters have let go of it, nobody reports');
    expect(out).not.toContain('is gone');
  });

  test.each([['users'], ['']])('does nothing when %j is typed instead', async (typed) => {
    const { code, err } = await pltf('delete users-api', { typed: [typed] });

    expect(code).toBe(1);
    expect(err).toContain('Nothing was changed.');
    expect(platform.components.has('users-api')).toBe(true);
  });

  test('does nothing when the person leaves', async () => {
    expect((await pltf('delete users-api', { typed: [undefined] })).code).toBe(1);
    expect(platform.operations.size).toBe(0);
  });

  test('refuses where nobody can be asked, unless --yes was said', async () => {
    const refused = await pltf('delete users-api');

    expect(refused.code).toBe(64);
    expect(refused.err).toContain('`pltf delete users-api --yes` deletes it without asking.');
    expect(platform.components.has('users-api')).toBe(true);
    expect((await pltf('delete users-api --yes')).code).toBe(0);
    expect(platform.components.has('users-api')).toBe(false);
  });
});

describe('a one-off command', () => {
  test('shows its output where it belongs and ends with 0', async () => {
    const { code, out, err } = await pltf('run users-api --env prod -- node migrate.js --dry');

    expect({ code, out }).toEqual({ code: 0, out: 'migrated\n' });
    expect(err).toContain('careful\n');
    expect(platform.requests.find(({ name }) => name === 'runTask')?.body).toEqual({
      command: ['node', 'migrate.js', '--dry'],
    });
  });

  test.each([
    [1, 1],
    [42, 42],
    [125, 125],
    [126, 1],
    [137, 1],
    [undefined, 1],
  ])('that ends with %s makes the exit code %s', async (exitCode, expected) => {
    platform.handlers.getTask = ({ params }) =>
      task('users-api.prod', {
        id: params.id,
        state: 'failed',
        ...(exitCode === undefined ? {} : { exitCode }),
      });

    expect((await pltf('run users-api --env prod -- false')).code).toBe(expected);
  });

  test('is cancelled by Ctrl-C, and its last words are still shown', async () => {
    let cancelled = false;
    platform.handlers.cancelTask = () => {
      cancelled = true;
      return {};
    };
    platform.handlers.taskLog = async function* () {
      yield line('working');
      while (!cancelled) await new Promise((resolve) => setTimeout(resolve, 5));
      yield line('bye');
    };
    platform.handlers.getTask = ({ params }) =>
      task('users-api.prod', { id: params.id, state: 'failed', ended: 'cancelled' });
    const interruption = new AbortController();
    const onOutput = (text: string) => {
      if (text.includes('working')) interruption.abort();
    };

    const { code, out, err } = await pltf('run users-api --env prod -- sleep 60', {
      interrupted: interruption.signal,
      onOutput,
    });

    expect(code).toBe(1);
    expect(out).toBe('working\nbye\n');
    expect(err).toContain('The platform ended it: cancelled');
  });

  test('without a command is wrong usage', async () => {
    expect((await pltf('run users-api --env prod')).code).toBe(64);
  });
});

describe('logs', () => {
  test('are plain when piped, and cannot steer the terminal', async () => {
    platform.handlers.placementLogs = async function* () {
      yield line('\x1b]0;owned\x07\x1b[31mred\x1b[0m\x1b[2J');
    };

    const { out } = await pltf('logs users-api --env prod');

    expect(out).toBe(`${instant()} users-api.prod-1 \\x1b]0;owned\\x07red\\x1b[2J\n`);
  });

  test('are what the program wrote, and nothing else, when they are wanted raw', async () => {
    platform.handlers.placementLogs = async function* () {
      yield line('{"level":"error"}');
      yield line('starting', { stream: 'platform' });
    };

    const { out, err } = await pltf('logs users-api --env prod --raw');

    expect({ out, err }).toEqual({ out: '{"level":"error"}\n', err: 'starting\n' });
  });

  test('that are followed survive a restart of the platform without a line lost or shown twice', async () => {
    const lines = ['one', 'two', 'three', 'four'].map((text, at) =>
      line(text, { at: instant(at === 2 ? 1 : at) }),
    );
    const interruption = new AbortController();
    let opened = 0;
    platform.handlers.placementLogs = async function* ({ query }) {
      opened += 1;
      expect(query.follow).toBe(true);
      yield* opened === 1 ? lines.slice(0, 2) : lines;
      if (opened === 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        throw new Error('cut');
      }
    };

    const { code, out } = await pltf('logs users-api -f --env prod', {
      interrupted: interruption.signal,
    });

    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((each) => each.split(' ').at(-1)),
    ).toEqual(['one', 'two', 'three', 'four']);
  });

  test('that are followed end with Ctrl-C and exit code 0', async () => {
    platform.handlers.placementLogs = async function* (_input, { signal }) {
      yield line('listening');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    };
    const interruption = new AbortController();

    const { code } = await pltf('logs users-api -f --env prod', {
      interrupted: interruption.signal,
      onOutput: () => interruption.abort(),
    });

    expect(code).toBe(0);
  });
});

describe('a pipeline run', () => {
  const failing = [
    {
      step: 'test: npm test',
      where: 'test/answer.test.js:7',
      lines: ['expected 200', 'got 500\x1b[2J'],
    },
  ];

  test('that is red prints its failing lines and exits 1', async () => {
    platform.handlers.getRun = ({ params }) =>
      run('users-api', { id: params.id, state: 'failed', failing });

    const { code, err } = await pltf(`attach ${run('users-api').id}`);

    expect(code).toBe(1);
    expect(err).toContain('test: npm test (test/answer.test.js:7)');
    expect(err).toContain('│ got 500\\x1b[2J');
    expect(err).toContain('→ Mend what the failing lines name and push again.');
  });

  test('that is green says which release it made', async () => {
    const { code, out } = await pltf(`attach ${run('users-api').id}`);

    expect(code).toBe(0);
    expect(out).toContain('Run #4 of users-api passed in 1.00 s, release #3');
  });
});

describe('lists on a terminal', () => {
  const long = 'payments-reconciliation-worker-for-emea1';
  /** An address is copied, so it stays whole. */
  const isAddress = (text: string) => /^ +(?:Clone|Page) +http:\/\/\S+$/.test(text);

  test('fit 80 columns with names of 40 characters', async () => {
    platform.components.clear();
    platform.components.set(
      long,
      component(long, { owner: 'team-payments-reconciliation-emea-north1' }),
    );

    for (const text of [
      'list',
      `list releases ${long}`,
      `list runs ${long}`,
      'list previews',
      `show ${long}`,
      'token list',
      'audit',
    ]) {
      const { out } = await pltf(text, { columns: 80, env: { NO_COLOR: '1' } });
      const tooLong = out.split('\n').filter((each) => width(each) > 80 && !isAddress(each));
      expect({ text, tooLong }).toEqual({ text, tooLong: [] });
      expect(out.length).toBeGreaterThan(80);
      expect(out).not.toContain('\x1b');
    }
  });

  test('are whole and plain when piped', async () => {
    platform.components.set(long, component(long));

    const { out } = await pltf('list');

    expect(out).toContain(long);
    expect(out).not.toContain('\x1b');
  });

  test('have colours on a terminal only, or when FORCE_COLOR asks for them', async () => {
    expect((await pltf('list', { columns: 80 })).out).toContain('\x1b[32mhealthy');
    expect((await pltf('list', { env: { FORCE_COLOR: '1' } })).out).toContain('\x1b[32mhealthy');
    expect((await pltf('list', { columns: 80, env: { FORCE_COLOR: '0' } })).out).not.toContain(
      '\x1b',
    );
    expect(
      (await pltf('list', { columns: 80, env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).out,
    ).not.toContain('\x1b');
  });

  test('show what the server says without obeying it', async () => {
    platform.components.set(
      'evil',
      component('evil', { description: '\x1b[2J\u202eevil', wellness: 'unknown' }),
    );

    const { out } = await pltf('show evil');

    expect(out).toContain('\\x1b[2J\\u{202e}evil'.replace('\\x1b[2J', '\\x1b[2J'));
    expect(out).not.toContain('\x1b');
  });

  test('give names only, page after page, to those who ask for names', async () => {
    platform.handlers.listComponents = ({ query }) =>
      query.cursor === undefined
        ? { items: [{ ...summaryOf('first') }], next: 'page-2' }
        : { items: [{ ...summaryOf('second') }] };

    expect((await pltf('list --names')).out).toBe('first\nsecond\n');
  });

  test('say what to do when there is nothing', async () => {
    platform.components.clear();

    const { code, out, err } = await pltf('list');

    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('`pltf create service hello web` creates one.');
  });
});

const summaryOf = (name: string) => {
  const {
    releases: _r,
    runs: _n,
    pageUrl: _p,
    repository: _y,
    ...rest
  } = component(name, { placements: [] });
  return { ...rest, placements: [] };
};

describe('progress', () => {
  test('is drawn over itself on a terminal and stays within its width', async () => {
    const { err } = await pltf('restart users-api --env prod', { columns: 60 });
    const lines = err.split('\n').map((each) => each.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ''));

    expect(err).toContain('\x1b[0J');
    expect(err).toContain('✔');
    expect(lines.filter((each) => width(each) > 60)).toEqual([]);
  });

  test('is silent with --json, so that stderr holds nothing but a problem', async () => {
    platform.rolloutEnd = { state: 'failed', step: 'failed' };

    const { code, out, err } = await pltf('restart users-api --env prod --json');

    expect(code).toBe(1);
    expect(RolloutView.parse(JSON.parse(out)).state).toBe('failed');
    expect(Problem.parse(JSON.parse(err)).code).toBe('rollout-failed');
  });
});

describe('activity', () => {
  test('shows the newest events last, and then those that come', async () => {
    platform.tell({ summary: 'one' });
    platform.tell({ summary: 'two', why: 'because' });
    const interruption = new AbortController();
    const onOutput = (text: string) => {
      if (text.includes('two')) platform.tell({ summary: 'three' });
      if (text.includes('three')) interruption.abort();
    };

    const { code, out } = await pltf('activity -f', { interrupted: interruption.signal, onOutput });

    expect(code).toBe(0);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((each) => each.replace(/^\S+ ada /, '')),
    ).toEqual(['one', 'two (because)', 'three']);
  });
});

describe('a command inside an instance', () => {
  beforeEach(() => {
    platform.handlers.execCommand = async function* ({ body }) {
      yield { stream: 'out', text: `read ${body.stdin?.length ?? 'nothing'}\n` };
      yield { exitCode: 4 };
    };
  });

  test('reads what is piped when it is asked to, and ends with its own exit code', async () => {
    const stdin = 'select 1;\n';

    const piped = await pltf('exec users-api --env prod -i -- psql', { stdin });
    const bare = await pltf('exec users-api --env prod -- psql', { stdin });

    expect([piped.code, piped.out, bare.out]).toEqual([4, 'read 10\n', 'read nothing\n']);
  });

  test('is not given more than it may read', async () => {
    const { code, err } = await pltf('exec users-api --env prod -i -- psql', {
      stdin: 'x'.repeat(300_000),
    });

    expect(code).toBe(64);
    expect(err).toContain('at most 262144 characters');
    expect(platform.requests.some(({ name }) => name === 'execCommand')).toBe(false);
  });
});

describe('a job', () => {
  beforeEach(() => {
    const schedule = {
      ...{ cron: '0 3 * * *', next: new Date(Date.now() + 7_300_000).toISOString() },
      ...{ last: new Date(Date.now() - 7_300_000).toISOString(), lastState: 'failed' as const },
    };
    platform.components.set(
      'report',
      component('report', { kind: 'job', placements: [placement('report', 'prod', { schedule })] }),
    );
  });

  test('runs now when no command is named, with its output and exit code', async () => {
    const { code, out } = await pltf('run report --why audit');

    expect(code).toBe(0);
    expect(out).toContain('migrated');
    expect(platform.requests.find(({ name }) => name === 'runTask')?.body).toEqual({
      why: 'audit',
    });
  });

  test('shows when it runs next, and how it ran last', async () => {
    const { out } = await pltf('show report');

    expect(out).toMatch(
      /report\.prod: 0 3 \* \* \* \(UTC\), next in 2 h, \d{4}-\S+Z, last 2 h ago: failed/,
    );
  });

  test('is the only kind that runs without a command', async () => {
    const { code, err } = await pltf('run users-api --env prod');

    expect(code).toBe(64);
    expect(err).toContain('pltf run users-api -- node migrate.js');
  });
});

describe('the image of a release', () => {
  const reference = `registry.example.com/pltf/users-api@sha256:${'a'.repeat(64)}`;
  const image = {
    component: 'users-api',
    release: 3,
    state: 'ready' as const,
    startedAt: instant(),
  };

  test('is shown by digest, the newest unless a number is given', async () => {
    platform.handlers.getReleaseImage = ({ params }) => ({
      ...{ ...image, ...params, reference, builder: 'buildkit' },
      finishedAt: instant(4),
    });

    const { code, out } = await pltf('release image users-api');
    const named = await pltf('release image users-api 2 --json');

    expect({ code, err: named.err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('users-api #3  image ready');
    expect(out).toContain(reference);
    expect(out).toContain('by buildkit, in 4.00 s');
    expect(JSON.parse(named.out)).toMatchObject({ release: 2, reference });
  });

  test('has documents, printed or written to a file', async () => {
    platform.handlers.getReleaseSbom = () => ({ bomFormat: 'CycloneDX' });
    platform.handlers.getReleaseProvenance = ({ params }) => ({ of: params.release });

    const sbom = await pltf('release image users-api 3 --sbom --out sbom.json');
    const provenance = await pltf('release image users-api 3 --provenance');

    expect(JSON.parse(readFileSync(sbom.out.trim(), 'utf8'))).toEqual({ bomFormat: 'CycloneDX' });
    expect(JSON.parse(provenance.out)).toEqual({ of: 3 });
  });

  test('that could not be built says why and exits 1', async () => {
    const log = ['npm ERR! missing'];
    platform.handlers.getReleaseImage = () => ({
      ...{ ...image, state: 'failed' },
      reason: { code: 'image-build-failed', detail: 'RUN npm ci: exit 1', fix: 'Mend it.', log },
    });

    const { code, out } = await pltf('release image users-api 3');

    expect(code).toBe(1);
    expect(out).toContain('RUN npm ci: exit 1');
    expect(out).toContain('│ npm ERR! missing');
  });

  test.each([
    ['release image users-api three', '"three" is no number of a release'],
    ['release image users-api 3 --sbom --provenance', 'one document or the other'],
    ['release image users-api 3 --out x.json', 'There is no document to write'],
  ])('is not asked for by %s', async (text, said) => {
    const { code, err } = await pltf(text);

    expect(code).toBe(64);
    expect(err).toContain(said);
    expect(platform.requests).toEqual([]);
  });
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

describe('a diagnostic bundle', () => {
  test('is a file for its owner only, and one missing part does not hide the rest', async () => {
    platform.handlers.placementLogs = () => {
      throw new PltfError('agent-unavailable', { detail: 'it is restarting' });
    };

    const { code, out } = await pltf('debug users-api --out bundle.json');

    const file = out.trim();
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    expect(code).toBe(0);
    expect(file).toBe(join(home.directory, 'bundle.json'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(bundle.placements[0].log.problem.code).toBe('agent-unavailable');
    expect(bundle.runs[0].log[0].text).toBe('npm test');
    expect(JSON.stringify(bundle)).not.toContain(testToken);
  });

  test('holds what the runtime shows of each placement', async () => {
    const deployment = { object: 'Deployment users-api', content: { kind: 'Deployment' } };
    platform.handlers.getPlacementEvidence = ({ params }) => ({
      ...{ placement: params.placement, runtime: 'east', asOf: instant() },
      ...{ objects: [deployment], events: [], instances: [], missing: [] },
    });

    const { out } = await pltf('debug users-api --env prod --json');

    expect(JSON.parse(out).placements[0].evidence).toMatchObject({
      placement: 'users-api.prod',
      objects: [deployment],
    });
  });

  test('can be of one environment', async () => {
    const { out } = await pltf('debug users-api --env prod --json');
    const missing = await pltf('debug users-api --env nowhere');

    expect(JSON.parse(out).placements).toHaveLength(1);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('users-api is not in nowhere');
  });

  test('of the platform comes about without a token', async () => {
    const { code, out } = await pltf('debug --json', { env: { PLTF_TOKEN: '' } });

    expect(code).toBe(0);
    expect(JSON.parse(out).platform).toMatchObject({
      health: { status: 'ok' },
      me: { problem: { code: 'unauthenticated' } },
    });
  });
});

describe('signing in', () => {
  const anonymous = { PLTF_URL: '', PLTF_TOKEN: '' };
  const loginFile = () => join(home.directory, 'config', 'pltf', 'config.json');

  test('stores address and token once the platform has accepted them', async () => {
    const { code, out, err } = await pltf(`login ${platform.url}/`, {
      env: anonymous,
      typed: [testToken],
    });

    expect(code).toBe(0);
    expect(out).toContain(`Signed in to ${platform.url} as ada (platform).`);
    expect(out + err).not.toContain(testToken);
    expect(JSON.parse(readFileSync(loginFile(), 'utf8'))).toEqual({
      url: platform.url,
      token: testToken,
      user: 'ada',
    });
    expect((await pltf('list', { env: anonymous })).code).toBe(0);
  });

  test('takes the token from standard input', async () => {
    const { code } = await pltf(`login --token - ${platform.url}`, {
      env: anonymous,
      stdin: `${testToken}\n`,
    });

    expect(code).toBe(0);
    expect(statSync(loginFile()).mode & 0o777).toBe(0o600);
  });

  test('stores nothing when the token is refused', async () => {
    const { code } = await pltf(`login ${platform.url}`, { env: anonymous, typed: ['wrong'] });

    expect(code).toBe(1);
    expect(() => readFileSync(loginFile())).toThrow('ENOENT');
  });

  test.each(['', 'two words', 'line\nbreak', 'ünïcode'])(
    'sends no token like %j anywhere',
    async (typed) => {
      expect((await pltf(`login ${platform.url}`, { env: anonymous, typed: [typed] })).code).toBe(
        64,
      );
      expect(platform.requests).toEqual([]);
    },
  );

  test('wants to be asked, or told', async () => {
    const { code, err } = await pltf(`login ${platform.url}`, { env: anonymous });

    expect(code).toBe(64);
    expect(err).toContain('--token -');
  });

  test('is not needed for the platform that runs on this machine', async () => {
    mkdirSync(join(home.directory, 'data'));
    writeFileSync(
      join(home.directory, 'data', 'local.json'),
      JSON.stringify({ url: platform.url, token: testToken }),
    );

    expect((await pltf('whoami', { env: anonymous })).out).toContain('from this machine');
  });
});

describe('a thin file', () => {
  const check = async (text: string) => {
    writeFileSync(join(home.directory, 'pltf.yaml'), text);
    return pltf('check');
  };

  test('is checked here, without a platform', async () => {
    const { code, out } = await check(
      'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n',
    );

    expect({ code, out }).toEqual({ code: 0, out: '✔ pltf.yaml: service promoapi\n' });
    expect(platform.requests).toEqual([]);
  });

  test('with problems gets all of them, with places and remedies', async () => {
    const { code, out } = await check('kind: service\nname: Promo\nonwer: team-identity\n');

    expect(code).toBe(1);
    expect(out).toMatch(/pltf\.yaml:2:\d+ {2}error/);
    expect(out).toMatch(/pltf\.yaml:3:1 {2}error[^]*onwer/);
    expect(out).toContain('owner');
  });

  test('that is not there is told from one that is wrong', async () => {
    const { code, err } = await pltf('check nowhere.yaml');

    expect(code).toBe(1);
    expect(err).toContain('nowhere.yaml cannot be read');
  });

  test('has a JSON Schema', async () => {
    const { out } = await pltf('schema');

    expect(JSON.parse(out)).toMatchObject({
      type: 'object',
      required: ['kind', 'name'],
      additionalProperties: false,
    });
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

test('releases that are no longer kept are marked', async () => {
  platform.components.set(
    'users-api',
    component('users-api', { releases: [release('users-api', 1, { kept: false })] }),
  );

  expect((await pltf('list releases users-api')).out).toContain('#1 (not kept)');
});
