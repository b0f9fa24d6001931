import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacementView, RunView } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { probe } from './support/prober.ts';
import { type Ended, eventually, fetchUrl, git, pltf } from './support/tools.ts';

describe('an application that misbehaves', () => {
  let platform: TestPlatform;
  let clone: string;
  let steady: ReturnType<typeof probe>;

  beforeAll(async () => {
    platform = await startPlatform();
    for (const name of ['steady', 'zoo']) {
      const created = await pltf(platform, 'create', 'service', name);
      expect(created, created.err).toMatchObject({ code: 0 });
    }
    steady = probe(`http://steady.preview.localhost:${platform.routerPort}`, 100);
    clone = join(platform.home, 'zoo');
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/zoo.git`);
  });
  afterAll(async () => {
    await steady?.stop();
    await platform?.[Symbol.asyncDispose]();
  });

  it('has the actions that cannot run here named in the notes of its run', async () => {
    const { items } = await platform.client.listRuns({ params: { component: 'zoo' }, query: {} });

    expect(items[0]?.state).toBe('passed');
    expect(JSON.stringify(items[0]?.notes)).toContain('docker/setup-buildx-action');
  });

  it('fails a test: push, show and API give the failing lines, nothing is deployed', async () => {
    const test = `require('node:test')('two and two', () => require('node:assert').strictEqual(2 + 2, 5));`;
    const pushed = await push('red', { 'test/sum.test.cjs': test });

    const shown = await pltf(platform, 'show', 'zoo');
    for (const text of [pushed.err, shown.out, JSON.stringify((await runOf('red')).failing)]) {
      expect(text).toContain('two and two');
    }
    expect(pushed.err).toContain('nothing was deployed');
    await expect(placementOf('red')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('crashes at once: the push says why with the last lines of its log', async () => {
    const pushed = await push('crash', {
      'src/server.js': `console.error('no key for the door'); process.exit(3);`,
    });
    const { rollout } = await eventually(() => placementOf('crash'), ended);

    expect(rollout).toMatchObject({ state: 'failed', reason: { code: 'instance-crashed' } });
    expect(rollout?.reason?.log.join('\n')).toContain('no key for the door');
    expect(pushed.err).toContain('no key for the door');
    expect((await fetchUrl(urlOf('crash'))).status).toBe(503);
  });

  it('ignores SIGTERM and leaves children behind: after drain and stop every process is gone', async () => {
    const stubborn = `process.on('SIGTERM', () => {});
      require('node:child_process').spawn('sleep', ['86401'], { detached: true, stdio: 'ignore' }).unref();`;
    await push('deaf', {
      'src/server.js': serving('here', stubborn),
      'pltf.yaml': spec('drain: 1s'),
    });
    await eventually(
      () => fetchUrl(urlOf('deaf')),
      ({ status }) => status === 200,
    );
    expect((await processesOf('zoo-deaf.preview')).length).toBeGreaterThan(1);

    const started = Date.now();
    const stopped = await pltf(platform, 'stop', 'zoo-deaf.preview', '--yes');

    expect(stopped, stopped.err).toMatchObject({ code: 0 });
    await eventually(
      () => processesOf('zoo-deaf.preview'),
      (pids) => pids.length === 0,
      20_000,
    );
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it('fills its log: what is kept on disk is bounded, and it goes on serving', async () => {
    const flood = `const line = 'x'.repeat(1000) + '\\n';
      let left = 80_000; const more = () => { while (left > 0) { left -= 1; if (!process.stdout.write(line)) return process.stdout.once('drain', more); } }; more();`;
    await push('flood', {
      'src/server.js': serving('afloat', flood, 'return response.end(String(left));'),
    });
    await eventually(
      () => fetchUrl(urlOf('flood')),
      ({ body }) => body === '0',
      60_000,
    );

    // 80 MB were written by then.
    expect(await bytesUnder(join(platform.data, 'agent', 'logs'))).toBeLessThan(60 * 2 ** 20);
    expect((await fetchUrl(urlOf('flood'))).status).toBe(200);
  });

  it('eats memory: it is killed, "out of memory" is said, and it comes back', async () => {
    const eat = `const held = []; const eat = () => { for (let i = 0; i < 60; i += 1) held.push(Buffer.alloc(16 * 2 ** 20, 1)); };`;
    await push('greedy', {
      'src/server.js': serving('full', eat, `if (request.url === '/eat') eat();`),
    });
    await eventually(
      () => fetchUrl(urlOf('greedy')),
      ({ status }) => status === 200,
    );

    await fetchUrl(`${urlOf('greedy')}/eat`).catch(() => undefined);

    const seen = await eventually(
      () => placementOf('greedy'),
      ({ instances }) => instances.some(({ lastExit }) => lastExit !== undefined),
    );
    expect(seen.instances.map(({ lastExit }) => lastExit).join()).toContain('out of memory');
    await eventually(
      () => fetchUrl(urlOf('greedy')),
      ({ status }) => status === 200,
    );
  });

  it('has a release command that fails: the rollout stops and the old release serves on', async () => {
    await push('migrate', { 'src/server.js': serving('the first') });
    await eventually(
      () => fetchUrl(urlOf('migrate')),
      ({ body }) => body === 'the first',
    );
    const release = `release: node -e "console.error('no such column'); process.exit(4)"`;
    await push('migrate', { 'src/server.js': serving('the second'), 'pltf.yaml': spec(release) });
    const { rollout } = await eventually(
      () => placementOf('migrate'),
      (seen) => ended(seen) && seen.rollout?.state !== 'done',
    );

    expect(rollout?.state).toMatch(/rolled-back|failed/);
    expect(JSON.stringify(rollout?.reason)).toContain('no such column');
    expect((await fetchUrl(urlOf('migrate'))).body).toBe('the first');
  });

  it('has a volume and cannot run twice: requests are held at the router, none is lost', async () => {
    const volume = spec('volume: /data');
    await push('volume', { 'src/server.js': serving('one'), 'pltf.yaml': volume });
    await eventually(
      () => fetchUrl(urlOf('volume')),
      ({ body }) => body === 'one',
    );
    const statuses: number[] = [];
    let asking = true;
    const asked = (async () => {
      while (asking)
        statuses.push((await fetchUrl(urlOf('volume')).catch(() => ({ status: 0 }))).status);
    })();
    await push('volume', { 'src/server.js': serving('two') });
    await eventually(
      () => fetchUrl(urlOf('volume')),
      ({ body }) => body === 'two',
    ).finally(() => (asking = false));
    await asked;

    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  // An ordinary user's programs run as that user; what this gives is written in the documentation.
  it.skipIf(process.getuid?.() !== 0)(
    'reads nothing of the platform or of others, neither as an instance nor as a pipeline step',
    async () => {
      const spy = `const spied = ${JSON.stringify(await secrets())}.map((path) => {
      try { return [path, require('node:fs').readFileSync(path).length]; } catch (error) { return [path, error.code]; } });`;
      const workflow = `on: push\njobs:\n  spy:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v6\n      - run: node spy.cjs\n`;
      const pushed = await push('spy', {
        'src/server.js': serving('', spy, 'return response.end(JSON.stringify(spied));'),
        'spy.cjs': `${spy} const read = spied.filter(([, found]) => typeof found === 'number'); console.log(spied); process.exit(read.length);`,
        '.github/workflows/ci.yml': workflow,
      });

      expect(await runOf('spy'), pushed.err).toMatchObject({ state: 'passed' });
      const answer = await eventually(
        () => fetchUrl(urlOf('spy')),
        ({ status }) => status === 200,
      );
      const spied = JSON.parse(answer.body) as readonly [string, string | number][];
      expect(spied.length).toBeGreaterThan(8);
      expect(
        spied.filter(([, found]) => !['EACCES', 'ENOENT', 'EPERM'].includes(String(found))),
      ).toEqual([]);
    },
  );

  it('disturbs nobody: the steady service has answered all along, and deletion takes every process', async () => {
    const placement = await platform.client.getPlacement({
      params: { placement: 'steady.preview' },
    });
    expect(placement.instances.map(({ state, restarts }) => ({ state, restarts }))).toEqual([
      { state: 'healthy', restarts: 0 },
    ]);

    const deleted = await pltf(platform, 'delete', 'zoo', '--yes');

    expect(deleted, deleted.err).toMatchObject({ code: 0 });
    expect(await processesOf('zoo')).toEqual([]);
    expect(steady.asked()).toBeGreaterThan(20);
    expect(steady.failures(0, Date.now())).toEqual([]);
    expect((await fetchUrl(urlOf('greedy'))).status).toBe(404);
  });

  const urlOf = (branch: string): string =>
    `http://zoo-${branch}.preview.localhost:${platform.routerPort}`;
  const placementOf = (branch: string): Promise<PlacementView> =>
    platform.client.getPlacement({ params: { placement: `zoo-${branch}.preview` } });

  async function runOf(branch: string): Promise<RunView> {
    const { items } = await platform.client.listRuns({
      params: { component: 'zoo' },
      query: { branch },
    });
    if (items[0] === undefined) throw new Error(`no run of ${branch}`);
    return items[0];
  }

  async function push(branch: string, files: Readonly<Record<string, string>>): Promise<Ended> {
    const known = (await git(platform, clone, 'switch', '--quiet', branch)).code === 0;
    if (!known) await git(platform, clone, 'switch', '--quiet', '-c', branch, 'main');
    await Promise.all(
      Object.entries(files).map(([name, text]) => writeFile(join(clone, name), text)),
    );
    // CommonJS keeps the programs below to a line each.
    if ('src/server.js' in files)
      await writeFile(join(clone, 'src', 'package.json'), '{"type":"commonjs"}');
    if ('src/server.js' in files)
      await git(platform, clone, 'rm', '-q', '-r', '--ignore-unmatch', 'test');
    await git(platform, clone, 'add', '--all');
    await git(platform, clone, 'commit', '--quiet', '-m', `Change ${branch}`);
    const pushed = await git(platform, clone, 'push', 'origin', branch);
    expect(pushed, pushed.err).toMatchObject({ code: 0 });
    return pushed;
  }

  async function secrets(): Promise<readonly string[]> {
    const { data } = platform;
    const parts = await Promise.all(
      (['server', 'agent', 'postgres'] as const).map((part) => platform.pid(part)),
    );
    const mine = await processesOf('steady.preview');
    return [
      ...[
        'local.json',
        'postgres.json',
        'server.pid',
        'logs/server.log',
        'postgres/PG_VERSION',
        'agent/agent.sock',
      ].map((file) => join(data, file)),
      join(data, 'repositories', 'steady.git', 'HEAD'),
      ...[...parts, ...mine].flatMap((pid) => [
        `/proc/${pid}/environ`,
        `/proc/${pid}/cwd/pltf.yaml`,
      ]),
      ...(await filesOfSteady(data)),
      ...(await filesNamed(join(data, 'agent', 'logs'), '')).slice(0, 3),
    ];
  }
});

const ended = ({ rollout }: PlacementView): boolean => rollout?.finishedAt !== undefined;

const spec = (line: string): string =>
  `kind: service\nname: zoo\nowner: everyone\nrun:\n  command: node src/server.js\n  health: /healthz\n  ${line}\n`;

/** A program that answers with a text, and does a little more. */
const serving = (text: string, first = '', each = ''): string => `${first}
require('node:http').createServer((request, response) => { ${each} response.end(${JSON.stringify(text)}); }).listen(process.env.PORT, '127.0.0.1');
`;

async function filesNamed(folder: string, name: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith(name))
    .map((file) => join(file.parentPath, file.name));
}

async function bytesUnder(folder: string): Promise<number> {
  const sizes = (await filesNamed(folder, '')).map(
    async (file) => (await readFile(file).catch(() => Buffer.alloc(0))).length,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The other component's releases, as they lie on disk; its own files an application may read. */
async function filesOfSteady(data: string): Promise<readonly string[]> {
  const files = await filesNamed(join(data, 'agent'), 'pltf.yaml');
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const found = files.filter((_, index) => texts[index]?.includes('name: steady'));
  expect(found.length).toBeGreaterThan(0);
  return found;
}

/** Processes of a placement or component, found by their environment. */
async function processesOf(name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (
      environment
        .split('\0')
        .some((entry) => entry === `PLTF_PLACEMENT=${name}` || entry === `PLTF_COMPONENT=${name}`)
    )
      found.push(pid);
  }
  return found;
}
