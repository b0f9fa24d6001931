import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { render, textIn, writeRendered } from './rendering.ts';

type Folder = Awaited<ReturnType<typeof writeRendered>>;

const hasPython =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0;
const children = new Set<ChildProcess>();

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  children.clear();
});

interface Running {
  readonly lines: string[];
  /** Waits for a line of standard output. */
  line(matches: (line: string) => boolean): Promise<string>;
  stop(signal: NodeJS.Signals): void;
  ended(): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const environment = {
  PATH: process.env['PATH'],
  PORT: '0',
  HOST: '127.0.0.1',
  PYTHONUNBUFFERED: '1',
};

function start(folder: string, command: string, env: Record<string, string> = {}): Running {
  const [program = '', ...args] = command.split(' ');
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: folder,
    env: { ...environment, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const exit = once(child, 'exit');
  return {
    lines,
    line: (matches) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find(matches);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void exit.then(() => reject(new Error(`it ended first: ${lines.join('\n')}`)));
      }),
    stop: (signal) => void child.kill(signal),
    ended: async () => {
      const [code, signal] = (await exit) as [number | null, string | null];
      return { code, signal };
    },
  };
}

/** Runs the command of the workflow's test job, as a pipeline would; answers its output and exit code. */
function runTests(
  folder: string,
  workflow: string,
): { readonly code: number | null; readonly output: string } {
  const { jobs } = parse(workflow) as { jobs: { test: { steps: { run?: string }[] } } };
  const command = jobs.test.steps.find(({ run }) => run !== undefined)?.run ?? '';
  const [program = '', ...args] = command.split(' ');
  const { status, stdout, stderr } = spawnSync(
    program === 'node' ? process.execPath : program,
    args,
    {
      cwd: folder,
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
      timeout: 60_000,
    },
  );
  return { code: status, output: `${stdout}${stderr}` };
}

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly body: string;
}

const ask = (port: number, path: string, agent?: Agent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path, ...(agent === undefined ? {} : { agent }) },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('end', () =>
          resolve({ status: response.statusCode, connection: response.headers.connection, body }),
        );
      },
    );
    asked.on('error', reject).end();
  });

const portOf = (line: string): number => (JSON.parse(line) as { port: number }).port;

/** What a team would add: a route that takes a while. */
const slowRoutes: Record<
  string,
  { readonly file: string; readonly before: string; readonly route: string }
> = {
  'node-service': {
    file: 'src/app.js',
    before: "    'GET /': ",
    route:
      "    'GET /slow': async ({ reply, log }) => { process.stdout.write('{\"message\":\"slow\"}\\n'); await new Promise((r) => setTimeout(r, 600)); reply(200, { slow: 'done' }); },\n",
  },
  'python-service': {
    file: 'service/app.py',
    before: '    ("GET", "/"): home,',
    route:
      '    ("GET", "/slow"): lambda _request: (print(\'{"message":"slow"}\', flush=True), __import__("time").sleep(0.6), as_json(200, {"slow": "done"}))[-1],\n',
  },
};

describe.each(['node-service', 'python-service'])('%s', (id) => {
  const skips = id === 'python-service' && !hasPython;
  let folder: Folder | undefined;
  let workflow = '';
  let command = '';

  beforeAll(async () => {
    const result = await render(id);
    folder = await writeRendered(result);
    workflow = textIn(result, '.github/workflows/ci.yml');
    command = (parse(textIn(result, 'pltf.yaml')) as { run: { command: string } }).run.command;
  });
  afterAll(async () => folder?.[Symbol.asyncDispose]());

  const run = async (env: Record<string, string> = {}) => {
    const running = start(folder?.path ?? '', command, env);
    const port = portOf(await running.line((line) => line.includes('"listening"')));
    return { running, port };
  };

  // Without python3 there is nothing to run it with.
  it.skipIf(skips)('passes its own tests, by the command of its pipeline', () => {
    const { code, output } = runTests(folder?.path ?? '', workflow);

    expect([code, code === 0 ? '' : output]).toEqual([0, '']);
    expect(output).toMatch(/# pass [1-9]|Ran [1-9]\d* tests/);
  });

  it.skipIf(skips)(
    'serves, is healthy, and shows the figures that its alerts and its dashboard ask for',
    async () => {
      const { running, port } = await run();

      const front = await ask(port, '/');
      const health = await ask(port, '/healthz');
      const missing = await ask(port, '/../../etc/passwd');
      await running.line((line) => line.includes('"/healthz"'));
      const figures = await ask(port, '/metrics');

      expect(JSON.parse(front.body)).toMatchObject({ service: 'users-api' });
      expect([front.status, health.status, missing.status]).toEqual([200, 200, 404]);
      for (const name of [
        'http_requests_total{',
        'http_request_duration_seconds_bucket{',
        'process_start_time_seconds',
      ]) {
        expect(figures.body).toContain(name);
      }
      expect(figures.body).toMatch(
        /http_requests_total\{method="GET",route="\/healthz",code="200"\} 1\n/,
      );
      expect(figures.body).toMatch(
        /http_request_duration_seconds_bucket\{method="GET",route="\/healthz",le="\+Inf"\} 1\n/,
      );
      for (const line of running.lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    },
  );

  it.skipIf(skips)(
    'finishes a request in flight when it is told to end, and then ends well',
    async () => {
      const change = slowRoutes[id]!;
      const file = join(folder?.path ?? '', change.file);
      const text = await readFile(file, 'utf8');
      expect(text).toContain(change.before);
      await writeFile(file, text.replace(change.before, `${change.route}${change.before}`));
      const { running, port } = await run();
      const agent = new Agent({ keepAlive: true });
      const idle = await ask(port, '/healthz', agent);
      const silent = connect(port, '127.0.0.1');
      await once(silent, 'connect');

      const inFlight = ask(port, '/slow');
      await running.line((line) => line.includes('"slow"'));
      const told = performance.now();
      running.stop('SIGTERM');
      const answer = await inFlight;
      const end = await running.ended();

      expect(idle.status).toBe(200);
      expect(answer).toEqual({
        status: 200,
        connection: 'close',
        body: expect.stringMatching(/"slow": ?"done"/) as string,
      });
      expect(end).toEqual({ code: 0, signal: null });
      // Neither an idle connection nor one that never asked holds it up.
      expect(performance.now() - told).toBeLessThan(5_000);
      expect(running.lines.at(-1)).toMatch(/"finished": ?true/);
      agent.destroy();
      silent.destroy();
      await writeFile(file, text);
    },
  );

  it.skipIf(skips)('cuts what does not end in time', async () => {
    const change = slowRoutes[id]!;
    const file = join(folder?.path ?? '', change.file);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(change.before, `${change.route}${change.before}`));
    const { running, port } = await run({ DRAIN_MS: '100' });

    const inFlight = ask(port, '/slow').catch((error: unknown) => error);
    await running.line((line) => line.includes('"slow"'));
    running.stop('SIGTERM');

    expect(await inFlight).toBeInstanceOf(Error);
    expect(await running.ended()).toEqual({ code: 0, signal: null });
    expect(running.lines.at(-1)).toMatch(/"finished": ?false/);
    await writeFile(file, text);
  });
});

describe('worker', () => {
  it('passes its own tests, works in turns, keeps its heartbeat and ends well', async () => {
    const result = await render('worker');
    await using folder = await writeRendered(result);
    const tests = runTests(folder.path, textIn(result, '.github/workflows/ci.yml'));
    const heartbeat = join(folder.path, 'heartbeat');
    const env = { INTERVAL_MS: '20', HEARTBEAT_FILE: heartbeat };
    const alive = (): number | null =>
      spawnSync(process.execPath, ['src/alive.js'], {
        cwd: folder.path,
        env: { ...environment, ...env },
      }).status;
    const before = alive();

    const running = start(folder.path, 'node src/main.js', env);
    await running.line((line) => line.includes('"worked"') && line.includes('"turn":3'));
    const during = alive();
    running.stop('SIGTERM');

    expect([tests.code, tests.code === 0 ? '' : tests.output]).toEqual([0, '']);
    expect(await running.ended()).toEqual({ code: 0, signal: null });
    expect(running.lines.at(-1)).toContain('"finished":true');
    expect([before, during]).toEqual([1, 0]);
  });
});

describe('job', () => {
  const outcomeOf = ({ lines }: Running): unknown => {
    const { message, done, failed, left } = JSON.parse(lines.at(-1) ?? '{}');
    return { message, done, failed, left };
  };
  const inHand = `await new Promise((resolve) => setTimeout(resolve, 300));\n  await results.keep(`;

  it('passes its own tests, does what is to be done, and nothing a second time', async () => {
    const result = await render('job');
    await using folder = await writeRendered(result);
    const tests = runTests(folder.path, textIn(result, '.github/workflows/ci.yml'));
    const env = { RESULTS_FOLDER: join(folder.path, 'results'), CATCH_UP_DAYS: '3' };

    const first = start(folder.path, 'node src/main.js', env);
    const firstEnd = await first.ended();
    const second = start(folder.path, 'node src/main.js', env);
    const secondEnd = await second.ended();

    expect([tests.code, tests.code === 0 ? '' : tests.output]).toEqual([0, '']);
    expect([firstEnd.code, secondEnd.code]).toEqual([0, 0]);
    expect(outcomeOf(first)).toEqual({ message: 'finished', done: 3, failed: 0, left: 0 });
    expect(outcomeOf(second)).toEqual({ message: 'finished', done: 0, failed: 0, left: 0 });
  });

  it('finishes the piece in hand when it is told to end, and says that pieces are left', async () => {
    await using folder = await writeRendered(await render('job'));
    const file = join(folder.path, 'src/job.js');
    const text = await readFile(file, 'utf8');
    expect(text).toContain('await results.keep(');
    await writeFile(file, text.replace('await results.keep(', inHand));
    const env = { RESULTS_FOLDER: join(folder.path, 'results') };

    const running = start(folder.path, 'node src/main.js', env);
    await running.line((line) => line.includes('"started"'));
    running.stop('SIGTERM');

    expect(await running.ended()).toEqual({ code: 75, signal: null });
    expect(outcomeOf(running)).toEqual({ message: 'finished', done: 1, failed: 0, left: 6 });
  });

  it('cuts what does not end in time', async () => {
    await using folder = await writeRendered(await render('job'));
    const file = join(folder.path, 'src/job.js');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('await results.keep(', inHand.replace('300', '60_000')));

    const running = start(folder.path, 'node src/main.js', { LIMIT_MS: '50', DRAIN_MS: '50' });

    expect(await running.ended()).toEqual({ code: 75, signal: null });
    expect(JSON.parse(running.lines.at(-1) ?? '{}')).toMatchObject({ message: 'cut' });
  });
});

describe('site', () => {
  it('passes its own tests and shows its pages', async () => {
    const result = await render('site', {
      name: 'users-docs',
      description: 'All about <users> & "more".',
    });
    await using folder = await writeRendered(result);
    const tests = runTests(folder.path, textIn(result, '.github/workflows/ci.yml'));
    const running = start(folder.path, 'node serve.js');
    const address =
      /http:\/\/\S+/.exec(await running.line((line) => line.includes('http://')))?.[0] ?? '';
    const port = Number(new URL(address).port);

    const front = await ask(port, '/');
    const style = await ask(port, '/style.css');
    const health = await ask(port, '/healthz');
    const missing = await ask(port, '/nowhere');
    const outside = await ask(port, '/..%2fpackage.json');
    const broken = await ask(port, '/%');
    running.stop('SIGTERM');

    expect([tests.code, tests.code === 0 ? '' : tests.output]).toEqual([0, '']);
    expect(front.body).toContain(
      '<p class="lead">All about &lt;users&gt; &amp; &quot;more&quot;.</p>',
    );
    expect([front, style, health, missing, outside, broken].map(({ status }) => status)).toEqual([
      200, 200, 200, 404, 404, 400,
    ]);
    expect(missing.body).toContain('There is nothing here');
    expect((await running.ended()).code).toBe(0);
  });

  it('finds links that lead nowhere', async () => {
    const result = await render('site');
    await using folder = await writeRendered(result);
    const page = join(folder.path, 'public/index.html');
    const text = await readFile(page, 'utf8');
    await writeFile(
      page,
      text.replace('</main>', '<a href="missing.html">x</a><a href="#nowhere">y</a></main>'),
    );

    const { code, output } = runTests(folder.path, textIn(result, '.github/workflows/ci.yml'));

    expect(code).toBe(1);
    expect(output).toContain('missing.html leads to no file');
    expect(output).toContain('#nowhere leads to an anchor that is not there');
  });
});
