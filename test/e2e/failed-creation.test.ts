import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type OperationView, PltfError } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { eventually, fetchUrl, pltf, run } from './support/tools.ts';

describe('a creation that fails', () => {
  let platform: TestPlatform;
  let paths: string;

  beforeAll(async () => {
    paths = await mkdtemp(join(tmpdir(), 'pltf-paths-'));
    await writePath('good', {});
    await writePath('crooked', { server: `const name = \${{ values.name | no_such_filter }};` });
    await writePath('red', {
      check: `console.error('AssertionError: 2 + 2 should be 5'); process.exit(1);`,
    });
    await writePath('crashing', {
      server: `console.error('cannot find my database'); process.exit(3);`,
    });
    await writePath('sick', { server: serverSource.replace('answer(200', 'answer(500') });
    await writeFiles(join(paths, 'unreadable'), { 'template.yaml': 'apiVersion: [\n' });
    platform = await startPlatform({ env: { PLTF_GOLDEN_PATHS: paths } });
    expect((await pltf(platform, 'create', 'service', 'steady', '--path', 'good')).code).toBe(0);
  });
  afterAll(async () => {
    await platform?.[Symbol.asyncDispose]();
    await rm(paths, { recursive: true, force: true });
  });

  it('for a template that cannot be rendered names the file and leaves nothing', async () => {
    const refused = await pltf(platform, 'create', 'service', 'bent', '--path', 'crooked');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain('server.js');
    expect(refused.err).toContain('no_such_filter');
    expect(refused.err).toContain('platform team mends the golden path');
    await expectNothingOf('bent');
  });

  it('for a golden path that cannot be read says which, and the others go on', async () => {
    const refused = await pltf(platform, 'create', 'service', 'unread', '--path', 'unreadable');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain('unreadable/template.yaml');
    expect((await platform.client.listGoldenPaths({})).items.map(({ id }) => id)).toContain('good');
    await expectNothingOf('unread');
  });

  it('for a red first pipeline shows the failing lines and leaves nothing', async () => {
    const refused = await pltf(platform, 'create', 'service', 'scarlet', '--path', 'red');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain('2 + 2 should be 5');
    expect(refused.err).toContain('tell its owner, platform, or choose other parameters');
    expect(`${refused.out}${refused.err}`).toMatch(/undone/i);
    await expectNothingOf('scarlet');
  });

  it('for an application that crashes or never gets healthy says why with its log, and leaves nothing', async () => {
    const [crashed, sick] = await Promise.all([
      create('crash', 'crashing'),
      create('fever', 'sick'),
    ]);

    expect(crashed).toMatchObject({ state: 'undone' });
    expect(crashed.problem?.detail).toContain('cannot find my database');
    expect(sick).toMatchObject({ state: 'undone', problem: { code: 'health-timeout' } });
    expect(sick.problem?.detail).toMatch(/500/);
    expect(sick.problem?.fix).not.toBe('');
    await expectNothingOf('crash', crashed);
    await expectNothingOf('fever', sick);
  });

  it('for a name that is taken tells so at once and leaves the other alone', async () => {
    const refused = await pltf(platform, 'create', 'service', 'steady', '--path', 'good');

    expect(refused.code).toBe(1);
    expect(refused.err).toContain('steady');
    expect(refused.err).toMatch(/taken/);
    expect(refused.err).toMatch(/another name/i);
    expect((await fetchUrl(urlOf('steady'))).status).toBe(200);
  });

  it('lets one of two people who create the same name at once win, and tells the other', async () => {
    const body = {
      name: 'double',
      path: 'good',
      kind: 'service',
      ci: 'github',
      parameters: {},
    } as const;
    const attempts = await Promise.allSettled(
      [1, 2, 3].map(() => platform.client.createComponent({ body })),
    );

    const won = attempts.filter((attempt) => attempt.status === 'fulfilled');
    const codes = attempts.flatMap((attempt) =>
      attempt.status === 'rejected' && attempt.reason instanceof PltfError
        ? [attempt.reason.code]
        : [],
    );
    expect(won).toHaveLength(1);
    expect(codes).toEqual(['name-taken', 'name-taken']);
    expect(await finished(won[0]?.value.id ?? '')).toMatchObject({ state: 'done' });
  });

  it('for parameters that do not fit names each field and makes nothing', async () => {
    const body = {
      name: 'misfit',
      path: 'good',
      kind: 'service',
      ci: 'github',
      parameters: { colour: 'octarine', speed: 9 },
    } as const;
    const refused = platform.client.createComponent({ body });

    await expect(refused).rejects.toMatchObject({ code: 'parameters-invalid' });
    const problem = await refused.catch((error: unknown) => error);
    expect(JSON.stringify(problem instanceof PltfError ? problem.errors : problem)).toMatch(
      /colour.*speed|speed.*colour/s,
    );
    await expectNothingOf('misfit');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'for a full disk says so, is undone, and works once there is space',
    async (context) => {
      const repositories = join(platform.data, 'repositories');
      const mounted = await run('mount', [
        '-t',
        'tmpfs',
        '-o',
        'size=48k,mode=0700',
        'tmpfs',
        repositories,
      ]);
      if (mounted.code !== 0) return context.skip(`no tmpfs can be mounted here: ${mounted.err}`);
      try {
        await writeFile(join(repositories, 'filler'), Buffer.alloc(64 * 1024)).catch(
          () => undefined,
        );
        const operation = await create('stuffed', 'good');

        expect(operation).toMatchObject({ state: 'undone', problem: { code: 'disk-full' } });
        expect(operation.problem?.fix).toMatch(/[Ff]ree space/);
        expect(await platform.client.listComponents({ query: { q: 'stuffed' } })).toMatchObject({
          items: [],
        });
      } finally {
        expect(await run('umount', [repositories])).toMatchObject({ code: 0 });
      }
      expect(await create('stuffed', 'good')).toMatchObject({ state: 'done' });
    },
  );

  it('leaves the steady service and its records as they were', async () => {
    expect((await fetchUrl(urlOf('steady'))).status).toBe(200);
    const shown = await platform.client.getPlacement({ params: { placement: 'steady.preview' } });
    expect(shown.instances.map(({ restarts, state }) => ({ restarts, state }))).toEqual([
      { restarts: 0, state: 'healthy' },
    ]);
  });

  const urlOf = (name: string): string => `http://${name}.preview.localhost:${platform.routerPort}`;

  async function create(name: string, path: string): Promise<OperationView> {
    const body = { name, path, kind: 'service', ci: 'github', parameters: {} } as const;
    return finished((await platform.client.createComponent({ body })).id);
  }

  const finished = (id: string): Promise<OperationView> =>
    eventually(
      () => platform.client.getOperation({ params: { id } }),
      ({ finishedAt }) => finishedAt !== undefined,
      90_000,
    );

  /** No repository, no row, no placement, no process, no address; the receipt says so. */
  async function expectNothingOf(name: string, operation?: OperationView): Promise<void> {
    if (operation !== undefined) {
      expect(operation.problem?.fix).toBeTruthy();
      expect(operation.receipt.length).toBeGreaterThan(0);
      expect(operation.receipt.every(({ outcome }) => outcome === 'undone')).toBe(true);
    }
    await expect(
      platform.client.getComponent({ params: { component: name } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      platform.client.getPlacement({ params: { placement: `${name}.preview` } }),
    ).rejects.toMatchObject({ code: 'not-found' });
    expect((await fetchUrl(urlOf(name))).status).toBe(404);
    const left = await readdir(platform.data, { recursive: true });
    expect(
      left.filter(
        (file) => namesIt(file, name) && !/^(?:agent\/journal|logs|postgres)\//.test(file),
      ),
    ).toEqual([]);
    expect(await processesOf(name)).toEqual([]);
  }

  async function writePath(
    id: string,
    parts: { readonly server?: string; readonly check?: string },
  ): Promise<void> {
    await writeFiles(join(paths, id), {
      'template.yaml': template(id),
      'skeleton/server.js': parts.server ?? serverSource,
      'skeleton/check.js': parts.check ?? `console.log('fine');`,
      'skeleton/pltf.yaml': `kind: service\nname: \${{ values.name }}\nrun:\n  command: node server.js\n  health: /healthz\n`,
      'skeleton/.github/workflows/ci.yml': workflow,
    });
  }
});

const serverSource = `
const answer = (status, response) => response.writeHead(status).end('here');
require('node:http').createServer((_, response) => answer(200, response)).listen(process.env.PORT, '127.0.0.1');
`;

const workflow = `name: ci
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - run: node check.js
`;

const template = (id: string): string => `apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata:
  name: ${id}
  title: ${id}
  annotations: {pltf.dev/version: 1.0.0, pltf.dev/maturity: supported, pltf.dev/kind: service}
spec:
  type: service
  owner: platform
  parameters:
    - title: It
      required: [name]
      properties:
        name: {title: Name, type: string}
        colour: {title: Colour, type: string, enum: [red, green]}
        speed: {title: Speed, type: integer, maximum: 3}
  steps:
    - id: source
      name: Write it
      action: fetch:template
      input:
        url: ./skeleton
        values: {name: "\${{ parameters.name }}"}
`;

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const namesIt = (text: string, name: string): boolean =>
  new RegExp(`(?:^|[/.])${name}(?:[./-]|$)`).test(text);

/** Processes that a placement of this name has started, from their environment. */
async function processesOf(name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (
      environment
        .split('\0')
        .some((variable) => variable.startsWith('PLTF_') && variable.endsWith(`=${name}`))
    )
      found.push(pid);
  }
  return found;
}
