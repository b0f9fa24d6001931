import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliCall, Home } from './testing/call-cli.ts';
import { component, instant, line, placement, task } from './testing/scenario.ts';
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
    expect(out).not.toContain('HEALTHY');
  });

  test('is the only kind that runs without a command', async () => {
    const { code, err } = await pltf('run users-api --env prod');

    expect(code).toBe(64);
    expect(err).toContain('pltf run users-api -- node migrate.js');
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
