import { PlatformFile, type Spec, ThinFile } from '@pltf/contracts';
import { describe, expect, test } from 'vitest';
import { builtinPlatform } from '../platform-file/platform.ts';
import { resolveSpec } from './resolve-spec.ts';
import type { RepositoryRoot } from './start-command.ts';
import { parseThinFile } from './thin-file-parser.ts';

const smallest = 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n';

function resolved(text: string, root?: RepositoryRoot, platform = builtinPlatform): Spec {
  const parsed = parseThinFile(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const result = resolveSpec(parsed.file, platform, { places: parsed.places, root });
  if (!result.ok) throw new Error(JSON.stringify(result.problems, undefined, 1));
  return result.spec;
}

function problemsOf(
  text: string,
  root?: RepositoryRoot,
  platform = builtinPlatform,
): readonly string[] {
  const parsed = parseThinFile(text);
  if (!parsed.ok) return parsed.problems.map(({ where, message }) => `${where} ${message}`);
  const result = resolveSpec(parsed.file, platform, { places: parsed.places, root });
  if (result.ok) return [];
  expect(result.problems.every(({ fix }) => fix !== undefined && fix !== '')).toBe(true);
  return result.problems.map(({ where, message }) => `${where} ${message}`);
}

const root = (
  names: readonly string[],
  texts: Readonly<Record<string, string>> = {},
): RepositoryRoot => ({
  names,
  texts: new Map(Object.entries(texts)),
});

describe('the smallest file', () => {
  test('resolves, with a default for everything else', () => {
    expect(resolved(smallest)).toEqual({
      kind: 'service',
      name: 'promoapi',
      description: '',
      owner: 'everyone',
      tier: 3,
      environments: ['prod'],
      policy: { pii: false },
      run: expect.objectContaining({
        preview: expect.objectContaining({ size: 'small' }),
        prod: {
          size: 'small',
          memoryMiB: 256,
          cpu: 0.25,
          instances: { minimum: 1, maximum: 1 },
          env: {},
          drainMs: 30_000,
          startTimeoutMs: 30_000,
        },
      }),
      routes: { preview: [], prod: [] },
      needs: {},
      objective: { prod: { availability: 99 } },
    });
  });

  test('has the time for its start that it asks for', () => {
    const { run } = resolved(`${smallest}run: {command: node a.js, startTimeout: 2m}`);

    expect(run['prod']?.startTimeoutMs).toBe(120_000);
  });

  test('is started by what the repository offers', () => {
    const spec = resolved(
      smallest,
      root(['server.js', 'package.json'], {
        'package.json': '{"scripts":{"start":"node server.js --now"}}',
      }),
    );

    expect(spec.run['prod']?.command).toEqual(['node', 'server.js', '--now']);
    expect(spec.run['preview']?.command).toEqual(['node', 'server.js', '--now']);
  });

  test('says which file of the repository starts it', () => {
    const parsed = parseThinFile(smallest);
    if (!parsed.ok) throw new Error('refused');
    const options = { places: parsed.places, root: root(['main.py', 'README.md']) };

    expect(resolveSpec(parsed.file, builtinPlatform, options)).toMatchObject({
      why: { 'run.command': { source: 'repository', where: 'main.py' } },
    });
  });

  test('is refused where nothing says how to start it', () => {
    expect(problemsOf(smallest, root(['README.md']))).toEqual([
      'pltf.yaml:1:7 nothing says how to start it',
    ]);
  });
});

describe('environments', () => {
  test('all of the platform, in its order, unless the file names some', () => {
    expect(resolved('kind: service\nname: shop').environments).toEqual(['staging', 'prod']);
    expect(resolved('kind: service\nname: shop\nenv: [prod, staging, prod]').environments).toEqual([
      'staging',
      'prod',
    ]);
    expect(resolved('kind: service\nname: shop\nenv: staging').environments).toEqual(['staging']);
  });

  test('overrides count in their environment only', () => {
    const spec = resolved(`kind: service
name: shop
run: {command: node a.js, size: small, env: {A: 1, B: x}, instances: 2}
envs:
  prod: {run: {size: large, env: {B: true}}, routes: [SHOP.example.com]}
  preview: {run: {command: node b.js}}
`);

    expect(spec.run['prod']).toMatchObject({
      size: 'large',
      memoryMiB: 1024,
      env: { A: '1', B: 'true' },
      instances: { minimum: 2, maximum: 2 },
      command: ['node', 'a.js'],
    });
    expect(spec.run['staging']).toMatchObject({ size: 'small', env: { A: '1', B: 'x' } });
    expect(spec.run['preview']).toMatchObject({ command: ['node', 'b.js'] });
    expect(spec.routes).toEqual({ preview: [], staging: [], prod: ['shop.example.com'] });
  });

  test('routes at the top are those of the last environment', () => {
    expect(
      resolved('kind: service\nname: shop\nroutes: [a.example.com, A.example.com]').routes,
    ).toEqual({ preview: [], staging: [], prod: ['a.example.com'] });
    expect(
      resolved('kind: service\nname: shop\nenv: staging\nroutes: [a.example.com]').routes,
    ).toEqual({ preview: [], staging: ['a.example.com'] });
  });
});

describe('problems', () => {
  const base = 'kind: service\nname: shop\n';
  test.each([
    [`${base}env: stagin`, ['pltf.yaml:3:6 there is no environment `stagin`']],
    [`${base}env: [prod, nowhere]`, ['pltf.yaml:3:13 there is no environment `nowhere`']],
    [`${base}envs:\n  qa: {}`, ['pltf.yaml:4:3 there is no environment `qa`']],
    [`${base}run: {size: huge}`, ['pltf.yaml:3:13 there is no size `huge`']],
    [`${base}run: {size: constructor}`, ['pltf.yaml:3:13 there is no size `constructor`']],
    [`${base}envs: {prod: {run: {size: huge}}}`, ['pltf.yaml:3:27 there is no size `huge`']],
    [
      `${base}run: {instances: 0}`,
      ['pltf.yaml:3:18 instances: 0 is no number or range between 1 and 100'],
    ],
    [
      `${base}run: {instances: 5..2}`,
      ['pltf.yaml:3:18 instances: 5..2 is no number or range between 1 and 100'],
    ],
    [
      `${base}run: {instances: 1..999}`,
      ['pltf.yaml:3:18 instances: 1..999 is no number or range between 1 and 100'],
    ],
    [
      `${base}run: {volume: /data, instances: 2}`,
      ['pltf.yaml:3:33 with a volume there can be one instance only'],
    ],
    [`${base}run: {drain: 2h}`, ['pltf.yaml:3:14 drain: 2h is longer than 1h']],
    [`${base}run: {startTimeout: 11m}`, ['pltf.yaml:3:21 startTimeout: 11m is longer than 10m']],
    [`${base}run: {command: "node 'a.js"}`, ['pltf.yaml:3:16 command: a quote is never closed']],
    [`${base}run: {build: "npm ci 'x"}`, ['pltf.yaml:3:14 build: a quote is never closed']],
    [`${base}run: {command: "  "}`, ['pltf.yaml:3:16 command is empty']],
    [
      `${base}run: {command: npm run build && node a.js}`,
      ['pltf.yaml:3:16 command: `&&` needs a shell, and there is none'],
    ],
    [
      `${base}run: {release: "A=1 node a.js"}`,
      ['pltf.yaml:3:16 release: `A=` needs a shell, and there is none'],
    ],
    [
      `${base}policy: pii==x, =y, a=1, a=2`,
      [
        'pltf.yaml:3:9 policy: `pii==x` is no pair, or is there twice',
        'pltf.yaml:3:9 policy: `=y` is no pair, or is there twice',
        'pltf.yaml:3:9 policy: `a=2` is no pair, or is there twice',
      ],
    ],
    [`${base}schedule: "0 3 * * *"`, ['pltf.yaml:3:11 a service has no schedule']],
    [
      'kind: worker\nname: shop\nroutes: [a.example.com]',
      ['pltf.yaml:3:9 a worker has no address'],
    ],
    [
      `${base}routes: [other.localhost]`,
      ['pltf.yaml:3:10 the platform gives the addresses below localhost itself'],
    ],
    [`${base}routes: [LOCALHOST]`, ['pltf.yaml:3:10 `LOCALHOST` is no host name']],
    [
      `${base}env: qa\nrun: {size: huge, command: a | b}`,
      [
        'pltf.yaml:3:6 there is no environment `qa`',
        'pltf.yaml:4:13 there is no size `huge`',
        'pltf.yaml:4:28 command: `|` needs a shell, and there is none',
      ],
    ],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test.each([
    'https://a.example.com',
    'a.example.com/x',
    'a.example.com:80',
    '*.example.com',
    '10.0.0.1',
    '[::1]',
    'a',
    'a..b.com',
    '-a.com',
    'a.com.',
    `${'a'.repeat(64)}.com`,
    'ä.com',
    'a b.com',
    '',
  ])('%j is no host of a route', (host) => {
    expect(problemsOf(`${base}routes: [${JSON.stringify(host)}]`)[0]).toMatch(
      /^pltf.yaml:3:10 .*is no host name/,
    );
  });

  test('a site with nothing to serve', () => {
    const site = 'kind: site\nname: pages\n';

    expect(problemsOf(site, root(['index.html']))).toEqual([
      'pltf.yaml:1:7 there is no folder `public` to serve',
    ]);
    expect(problemsOf(site, root(['public/']))).toEqual([]);
    expect(problemsOf(`${site}run: {build: npm run build}`, root(['package.json']))).toEqual([]);
    expect(resolved(site, root(['public/'])).run['prod']).toMatchObject({ folder: 'public' });
  });

  test('without places name the keys', () => {
    const result = resolveSpec(
      ThinFile.parse({ kind: 'service', name: 'shop', run: { size: 'huge' } }),
      builtinPlatform,
    );

    expect(result).toMatchObject({ ok: false, problems: [{ where: 'run.size' }] });
  });
});

describe('policy', () => {
  test.each([
    ['pii=true, region=eu', { pii: true, region: 'eu' }],
    ['pii', { pii: true }],
    ['retention=30,share=0.5,id=007', { retention: 30, share: 0.5, id: '007' }],
    ['{pii: true, region: eu, retention: 30}', { pii: true, region: 'eu', retention: 30 }],
  ])('%s', (policy, expected) => {
    expect(resolved(`kind: service\nname: shop\npolicy: ${policy}`).policy).toEqual(expected);
  });
});

test('a platform with other environments and sizes gives its own defaults', () => {
  const platform = PlatformFile.parse({
    domain: 'apps.example.com',
    defaultTeam: 'web',
    environments: [
      { name: 'review', kind: 'preview' },
      { name: 'qa', follows: 'default-branch' },
      { name: 'live' },
    ],
    sizes: { tiny: { memoryMiB: 64, cpu: 0.1 } },
  });

  const spec = resolved('kind: worker\nname: shop\nrun: {command: node w.js}', undefined, platform);

  expect(spec).toMatchObject({ owner: 'web', environments: ['qa', 'live'] });
  expect(Object.keys(spec.run)).toEqual(['review', 'qa', 'live']);
  expect(spec.run['live']).toMatchObject({ size: 'tiny', memoryMiB: 64 });
  expect(
    problemsOf('kind: service\nname: shop\nroutes: [pay.apps.example.com]', undefined, platform),
  ).toHaveLength(1);
});
