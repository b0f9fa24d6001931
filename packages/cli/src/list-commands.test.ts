import { readFileSync } from 'node:fs';
import { Problem, RolloutView } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { width } from './output/width.ts';
import { type CliCall, Home } from './testing/call-cli.ts';
import { component, instant, release, run } from './testing/scenario.ts';
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

test('releases that are no longer kept are marked', async () => {
  platform.components.set(
    'users-api',
    component('users-api', { releases: [release('users-api', 1, { kept: false })] }),
  );

  expect((await pltf('list releases users-api')).out).toContain('#1 (not kept)');
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
