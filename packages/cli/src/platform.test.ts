import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformPlan, PlatformVersionView, PlatformView } from '@pltf/contracts';
import { builtinPlatform, builtinPlatformText, platformDigest } from '@pltf/plan';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { width } from './output/width.ts';
import { Home } from './testing/call-cli.ts';
import { instant } from './testing/scenario.ts';
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

const pltf = (text: string) => home.pltf(text.split(' '));
const digest = platformDigest({});

const plan: PlatformPlan = {
  ...{ digest, target: digest, base: { version: 4, digest }, outcome: 'changes', breaks: [] },
  settings: [{ path: 'sizes.small.memoryMiB', before: 256, after: 384 }],
  placements: { total: 10_000, unchanged: 9812, changed: 188 },
  classes: [
    {
      environments: ['prod', 'staging'],
      changes: [{ path: 'run.memoryMiB', before: 256, after: 384 }],
      count: 188,
      examples: ['a', 'b', 'c', 'd', 'e'].map((name) => `users-api-${name}-with-a-long-name.prod`),
      cost: { currency: 'EUR', before: '188.00', after: '282.00' },
    },
  ],
  guardrails: [
    {
      ...{ id: 'regions', title: 'Regions', severity: 'high', change: 'added', mode: 'enforce' },
      ...{ enforceFrom: '2027-01-01', fails: 3, newlyFails: 3, examples: ['mail.prod'] },
    },
  ],
  moves: [
    {
      ...{ environment: 'prod', from: 'agent', to: 'east', count: 2 },
      examples: ['users-api.prod', 'orders-with-a-quite-long-name.prod'],
      order: '`east` starts each first while `agent` serves on, and then it is taken away there',
      lacks: [
        { message: '`east` has no way in: 2 have no address there', fix: 'Name a `gateway`.' },
      ],
    },
  ],
  cost: { currency: 'EUR', before: '9000.00', after: '9094.00' },
  notes: ['What runs stays as it is.'],
};
const refused: PlatformPlan = {
  ...plan,
  outcome: 'refused',
  breaks: [
    {
      ...{ kind: 'size', message: 'the size `small` is gone, and something has it' },
      ...{ fix: 'Keep it.', count: 7, examples: ['users-api.prod'] },
    },
  ],
};
const version: PlatformVersionView = {
  ...{ number: 5, digest, author: 'ada', via: 'apply', why: 'grown', createdAt: instant() },
  touched: { placements: 188, ways: 1 },
};
const view: PlatformView = {
  ...{ version, managedBy: 'repository', source: 'http://x/git/platform.git', drivers: ['agent'] },
  ...{ file: builtinPlatform, files: { 'platform.yaml': builtinPlatformText } },
};

describe('without a platform', () => {
  test('a folder is begun, tested, and not written over', async () => {
    expect((await pltf('platform init one')).out).toBe('Wrote one/platform.yaml\n');
    expect((await pltf('platform test one')).code).toBe(0);
    writeFileSync(join(home.directory, 'one/platform.yaml'), 'sizes: {}\n');

    const tested = await pltf('platform test one');
    const again = await pltf('platform init one');

    expect(tested.code).toBe(1);
    expect(tested.out).toContain('platform.yaml:1:8 sizes: at least one is needed');
    expect(again).toMatchObject({ code: 64, err: expect.stringContaining('written over') });
    expect(readFileSync(join(home.directory, 'one/platform.yaml'), 'utf8')).toBe('sizes: {}\n');
  });

  test('a folder without a platform file is told how to get one', async () => {
    mkdirSync(join(home.directory, 'empty'));

    expect(await pltf('platform plan empty')).toMatchObject({
      code: 1,
      err: expect.stringContaining('`pltf platform init`'),
    });
  });
});

describe('a plan of the platform', () => {
  beforeEach(() => pltf('platform init'));

  test('says in 80 columns what changes, in how many ways, and what it costs; exit code 2', async () => {
    platform.handlers.planPlatform = () => plan;

    const { code, out } = await home.pltf(['platform', 'plan'], {
      columns: 80,
      env: { NO_COLOR: '1' },
    });

    expect(code).toBe(2);
    expect(out).toContain('9,812 unchanged; 188 change in 1 way');
    expect(out).toContain('~ run.memoryMiB: 256 → 384');
    expect(out).toContain('regions added: enforce from 2027-01-01, 3 would fail');
    expect(out).toContain('2 placements of prod move from agent to east');
    expect(out).toContain('in this order: `east` starts each first while `agent` serves on');
    expect(out).toContain('`east` has no way in: 2 have no address there');
    expect(out).toContain('Cost 9000.00 → 9094.00 EUR a month');
    expect(out.split('\n').filter((line) => width(line) > 80)).toEqual([]);
  });

  test('that would break something ends with 1 and the list', async () => {
    platform.handlers.planPlatform = () => refused;

    const { code, err } = await pltf('platform plan');

    expect(code).toBe(1);
    expect(err).toContain('the size `small` is gone, and something has it (7: users-api.prod, …)');
    expect((await pltf('platform plan --json')).code).toBe(1);
  });
});

describe('a change of the platform', () => {
  beforeEach(async () => {
    await pltf('platform init');
    platform.handlers.planPlatform = () => plan;
  });

  test('does what was shown: version and plan go along', async () => {
    let sent: unknown;
    platform.handlers.applyPlatform = ({ body }) => {
      sent = body;
      return { version, plan };
    };

    const { code, out } = await home.pltf(['platform', 'apply', '--yes', '--why', 'it is time']);

    expect(code).toBe(0);
    expect(out).toContain('Version 5 of the platform is in force.');
    expect(sent).toEqual({
      files: { 'platform.yaml': builtinPlatformText },
      expected: plan.base,
      plan: plan.digest,
      why: 'it is time',
    });
  });

  test('leaves behind on purpose only what was named', async () => {
    const sent: unknown[] = [];
    platform.handlers.planPlatform = ({ body }) => {
      sent.push(body.letGo);
      return plan;
    };
    platform.handlers.applyPlatform = ({ body }) => {
      sent.push(body.letGo);
      return { version, plan };
    };

    const { code } = await pltf('platform apply --yes --let-go east --let-go west');
    const unasked = await pltf('platform apply --let-go east');

    expect(code).toBe(0);
    expect(sent).toEqual([['east', 'west'], ['east', 'west'], ['east']]);
    expect(unasked.err).toContain('`pltf platform apply --let-go east --yes`');
  });

  test('is not done without a yes, nor when it would break something', async () => {
    let sent = 0;
    platform.handlers.applyPlatform = () => {
      sent += 1;
      return { version, plan };
    };

    const unasked = await pltf('platform apply');
    platform.handlers.planPlatform = () => refused;
    const breaking = await pltf('platform apply --yes');

    expect(unasked).toMatchObject({ code: 64, err: expect.stringContaining('--yes') });
    expect(breaking).toMatchObject({ code: 1, err: expect.stringContaining('platform-refused') });
    expect(sent).toBe(0);
  });

  test('is taken back by one command', async () => {
    let sent: unknown;
    platform.handlers.revertPlatform = ({ body }) => {
      sent = body;
      return { version, plan };
    };

    expect((await pltf('platform revert 3 --yes')).code).toBe(0);
    expect(sent).toMatchObject({ to: 3, expected: plan.base, plan: plan.digest });
    expect((await pltf('platform revert three')).code).toBe(64);
  });
});

test('the platform in force and its history are shown, and its files written', async () => {
  platform.handlers.getPlatform = () => view;
  platform.handlers.listPlatformVersions = () => ({ items: [version] });

  expect((await pltf('platform show')).out).toContain('version 5');
  expect((await pltf('platform history')).out).toMatch(/5 +ada +apply +188 in 1 way/);
  expect((await pltf('platform show --write there')).code).toBe(0);
  expect(readFileSync(join(home.directory, 'there/platform.yaml'), 'utf8')).toBe(
    builtinPlatformText,
  );
});

describe('a cluster', () => {
  test('gets its role printed without a platform, ready to be applied', async () => {
    const printed = await pltf('platform runtime add berlin --print-role');

    expect(printed).toMatchObject({ code: 0, err: '' });
    expect(printed.out).toContain('kind: ClusterRole\n');
    expect(printed.out).toContain('namespace: pltf-system');
  });

  test('is added with one line once it lets the platform do its work', async () => {
    platform.handlers.getPlatform = () => view;
    platform.handlers.checkCluster = () => ({ minor: 33, missing: [] });
    platform.handlers.planPlatform = () => plan;
    let sent: Readonly<Record<string, string>> = {};
    platform.handlers.applyPlatform = ({ body }) => {
      sent = body.files;
      return { version, plan };
    };

    const added = await pltf(
      'platform runtime add berlin --context kind --registry registry.example.com/pltf --yes',
    );

    expect(added, added.err).toMatchObject({ code: 0 });
    expect(added.err).toContain('Kubernetes 1.33');
    expect(sent['platform.yaml']).toContain(
      '  berlin: {driver: kubernetes, context: kind, registry: registry.example.com/pltf}\n',
    );
  });

  test('is not added before somebody says so; the command that does it says all that was typed', async () => {
    platform.handlers.getPlatform = () => view;
    platform.handlers.checkCluster = () => ({ minor: 33, missing: [] });
    platform.handlers.planPlatform = () => plan;
    const typed =
      'pltf platform runtime add berlin --context kind --registry registry.example.com/pltf';

    const { code, err } = await pltf(typed.slice('pltf '.length));

    expect(code).toBe(64);
    expect(err).toContain(`${typed} --yes`);
  });

  test('is not added when it does not, and what is missing is named', async () => {
    platform.handlers.getPlatform = () => view;
    platform.handlers.checkCluster = () => ({
      minor: 33,
      missing: ['patch', 'delete'].map((verb) => ({
        group: 'apps',
        resource: 'deployments',
        verb,
      })),
    });
    let applied = false;
    platform.handlers.applyPlatform = () => {
      applied = true;
      return { version, plan };
    };

    const refusal = await pltf('platform runtime add berlin --context kind --yes');

    expect(refusal.code).toBe(1);
    expect(refusal.err).toContain('deployments.apps');
    expect(refusal.err).toContain('may not patch, delete');
    expect(refusal.err).toContain('--print-role | kubectl --context kind apply -f -');
    expect(applied).toBe(false);
  });

  test('needs a context', async () => {
    expect((await pltf('platform runtime add berlin')).code).toBe(64);
  });
});
