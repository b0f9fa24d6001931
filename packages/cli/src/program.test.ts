import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltProgram, buildProgram, type Ended, start } from './testing/built-program.ts';
import { Home } from './testing/call-cli.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let program: BuiltProgram;
let platform: TestPlatform;
let home: Home;

beforeAll(async () => {
  program = await buildProgram();
});
afterAll(() => program[Symbol.dispose]());
beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const begin = (
  args: readonly string[],
  more: { env?: Record<string, string>; stdin?: string } = {},
) =>
  start(process.execPath, [program.file, ...args], {
    env: { ...home.env, ...more.env },
    ...(more.stdin === undefined ? {} : { stdin: more.stdin }),
  });
const pltf = (args: readonly string[], more = {}): Promise<Ended> => begin(args, more).ended;
const git = (args: readonly string[], stdin = '') =>
  start('git', args, { env: home.env, stdin }).ended;

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the built program', () => {
  test('loads neither schemas nor the client before it knows what is asked', () => {
    const { outputs } = program.metafile;
    const loaded = new Set<string>();
    const visit = (file: string): void => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const { path, kind } of outputs[file]?.imports ?? []) {
        if (kind === 'import-statement' && outputs[path] !== undefined) visit(path);
      }
    };
    visit(Object.keys(outputs).find((file) => file.endsWith('/pltf.mjs')) ?? '');

    const inputs = [...loaded].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {}));

    expect(inputs.some((input) => input.endsWith('cli/src/help.ts'))).toBe(true);
    expect(
      inputs.filter((input) => /node_modules|packages\/(?:contracts|plan)\//.test(input)),
    ).toEqual([]);
  });

  test('prints help, version, errors and exit codes', async () => {
    const [help, version, usage] = await Promise.all([
      pltf(['--help']),
      pltf(['--version']),
      pltf(['lsit']),
    ]);

    expect(help).toMatchObject({ code: 0, err: '' });
    expect(help.out).toContain('create service');
    expect(version).toMatchObject({ code: 0, out: 'pltf 0.1.0\n' });
    expect(usage).toMatchObject({ code: 64, out: '' });
    expect(usage.err).toContain('Did you mean list?');
  });

  test('reaches addresses below .localhost without a hosts file', async () => {
    const url = platform.url.replace('127.0.0.1', 'pltf.platform.localhost');

    expect((await pltf(['list', '--names', '--url', url])).out).toBe('users-api\n');
  });

  test('leaves a creation to the platform on Ctrl-C and attaches to it again', async () => {
    platform.held = true;
    const { child, ended } = begin(['create', 'service', 'mail']);
    await until(() => platform.requests.some(({ name }) => name === 'getOperation'));

    child.kill('SIGINT');

    const { code, err } = await ended;
    const [id = ''] = platform.operations.keys();
    expect(code).toBe(130);
    expect(err).toContain(`pltf attach ${id}`);
    platform.held = false;
    expect(await pltf(['attach', id])).toMatchObject({ code: 0 });
  });

  test('ends at once on Ctrl-C when there is nothing to leave behind', async () => {
    platform.handlers.listComponents = () => new Promise(() => undefined);
    const { child, ended } = begin(['list']);
    await until(() => platform.requests.length > 0);

    child.kill('SIGINT');

    expect(await ended).toMatchObject({ signal: 'SIGINT' });
  });

  test('is content when its reader has seen enough', async () => {
    platform.handlers.placementLogs = async function* (_input, { signal }) {
      while (!signal.aborted) {
        yield {
          at: '2026-01-02T03:04:05Z',
          instance: 'users-api.prod-1',
          stream: 'out',
          text: 'x'.repeat(5000),
        };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const { child, ended } = begin(['logs', 'users-api', '-f', '--env', 'prod']);
    child.stdout?.once('data', () => child.stdout?.destroy());

    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  test('ends by itself after a stream that the platform keeps open', async () => {
    expect(await pltf(['restart', 'users-api', '--env', 'prod'])).toMatchObject({ code: 0 });
  });
});

describe('git', () => {
  const ask = (url: string) => {
    const { protocol, host } = new URL(url);
    return `protocol=${protocol.replace(':', '')}\nhost=${host}\n\n`;
  };

  test('gets its password from pltf for the platform and for nobody else', async () => {
    const login = await pltf(['login', '--token', '-', platform.url], {
      stdin: testToken,
      env: { PLTF_TOKEN: '' },
    });
    const setup = await pltf(['setup-git'], { env: { PLTF_URL: '', PLTF_TOKEN: '' } });

    expect(login.code).toBe(0);
    expect(setup.out).toContain('`pltf setup-git --undo` or `pltf logout` takes it out.');
    const filled = await git(['credential', 'fill'], ask(platform.url));
    expect(filled.out).toContain(`username=pltf\npassword=${testToken}\n`);
    for (const other of [
      'http://127.0.0.1:1',
      'http://evil.example',
      platform.url.replace('http:', 'https:'),
    ]) {
      const refused = await git(['credential', 'fill'], ask(other));
      expect({ other, code: refused.code }).not.toEqual({ other, code: 0 });
      expect(refused.out).not.toContain(testToken);
    }
  });

  test('is asked once even if it is set up twice, and forgets everything on logout', async () => {
    writeFileSync(
      join(home.directory, 'gitconfig'),
      `[credential "${platform.url}"]\n\thelper = store\n`,
    );
    await pltf(['login', '--token', '-', platform.url], { stdin: testToken });
    await pltf(['setup-git']);
    await pltf(['setup-git']);
    const config = () => readFileSync(join(home.directory, 'gitconfig'), 'utf8');
    expect(config().match(/git-credential/g)).toHaveLength(1);

    const logout = await pltf(['logout']);

    expect(logout.out).toContain('git no longer asks pltf');
    expect(config()).toBe(`[credential "${platform.url}"]\n\thelper = store\n`);
  });

  test('is told of a refused token, and the login stays', async () => {
    const erased = await pltf(['git-credential', 'erase'], { stdin: ask(platform.url) });
    const stored = await pltf(['git-credential', 'store'], { stdin: ask(platform.url) });

    expect(erased).toMatchObject({ code: 0, out: '' });
    expect(erased.err).toContain('`pltf login` stores another one');
    expect(stored).toMatchObject({ code: 0, out: '', err: '' });
  });
});

describe('the launcher', () => {
  test('runs in the foreground with everything that follows `up`', async () => {
    writeFileSync(
      join(program.directory, 'up.js'),
      'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);',
    );

    expect(await pltf(['up', '--port', '8070', '--no-demo'])).toMatchObject({
      code: 7,
      out: '["--port","8070","--no-demo"]\n',
    });
  });

  test('gets the signals that end pltf, and pltf waits for it', async () => {
    writeFileSync(
      join(program.directory, 'up.js'),
      "setInterval(() => {}, 1000); process.on('SIGTERM', () => setTimeout(() => { console.log('stopped'); process.exit(0); }, 100)); console.log('up');",
    );
    const { child, ended } = begin(['up']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));

    child.kill('SIGTERM');

    expect(await ended).toMatchObject({ code: 0, out: 'up\nstopped\n' });
  });

  test('is stopped by `down`, and a process that only has its number is not', async () => {
    const launcher = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const gone = new Promise((resolve) =>
      launcher.once('exit', (_code, signal) => resolve(signal)),
    );
    const data = home.directory;
    const stat = readFileSync(`/proc/${launcher.pid}/stat`, 'utf8');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];

    writeFileSync(join(data, 'up.pid'), `${launcher.pid} 12345`);
    const stranger = await pltf(['down', '--data', data]);
    writeFileSync(join(data, 'up.pid'), `${launcher.pid} ${startedAt}`);
    const stopped = await pltf(['down', '--data', data, '--json']);

    expect(stranger.out).toContain('No platform runs');
    expect(JSON.parse(stopped.out)).toEqual({ data, stopped: true });
    expect(await gone).toBe('SIGTERM');
  });
});
