import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Plan, PlatformFacts, PlatformFile } from '@pltf/contracts';
import { guardrailsInForce, shippedGuardrails } from '@pltf/plan';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { width } from './output/width.ts';
import { type CliCall, Home } from './testing/call-cli.ts';

const fourLines = 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n';
const grown = `kind: service
name: users-api
owner: team-identity
tier: 1
env: [staging, prod]
policy: {pii: true, data: contact+health}
run: {command: node server.js, size: medium, instances: 3..6, env: {LOG_LEVEL: info}}
needs: {db: postgres/small, mail: {service: mail-gateway}}
routes: [users.example.com]
slo: {availability: 99.95}
budget: 40/month
envs: {prod: {run: {size: large}, access: {public: true}}}
`;

let home: Home;
beforeEach(() => {
  home = new Home();
  const platform = PlatformFile.parse({
    rates: { memoryGiBHour: '0.006', cpuHour: '0.03' },
    offers: {
      postgres: {
        plans: { 'small': { monthly: '9' }, 'small-vault': { monthly: '19', protected: true } },
      },
    },
    environments: [
      { name: 'preview', kind: 'preview', ttl: '7d' },
      { name: 'staging', follows: 'default-branch' },
      { name: 'prod', region: 'eu', exposure: 'public' },
    ],
  });
  keepFacts({
    asOf: new Date(Date.now() - 3 * 3_600_000).toISOString(),
    platform,
    guardrails: [...guardrailsInForce(shippedGuardrails(), platform)],
    goldenPaths: [],
    exceptions: [],
    names: {},
    components: {
      'users-api': {
        name: 'users-api',
        state: 'ready',
        owner: 'team-identity',
        thinFile:
          'kind: service\nname: users-api\nowner: team-identity\nrun: {command: node server.js}\n',
        placements: [],
      },
    },
  });
});
afterEach(() => home[Symbol.dispose]());

function keepFacts(facts: PlatformFacts): void {
  const file = join(home.directory, 'config', 'pltf', 'facts.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(PlatformFacts.parse(facts)));
}
const write = (text: string, name = 'pltf.yaml') => writeFileSync(join(home.directory, name), text);
const read = (name = 'pltf.yaml') => readFileSync(join(home.directory, name), 'utf8');
const pltf = (text: string, call?: CliCall) => home.pltf(text.split(' '), call);

describe('a plan on a terminal of 80 columns', () => {
  test.each([
    ['of four lines', `${fourLines}run: {command: node server.js}\n`],
    ['of a grown file', grown],
    [
      'that changes nothing',
      'kind: service\nname: users-api\nowner: team-identity\nrun: {command: node server.js}\n',
    ],
  ])('%s is as it was agreed', async (_, text) => {
    write(text);

    const { code, out, err } = await pltf('plan --offline', { columns: 80 });

    // The hash of a denial is the only thing in it that hangs on the order of fields.
    expect(`${out}${err}exit ${code}`).toMatchSnapshot();
    expect(out.split('\n').filter((line) => width(line) > 80)).toEqual([]);
  });

  test('is the same text with colour and without', async () => {
    write(grown);

    const plain = await pltf('plan --offline', { columns: 80, env: { NO_COLOR: '1' } });
    const coloured = await pltf('plan --offline', { columns: 80, env: { FORCE_COLOR: '1' } });

    expect(coloured.out).not.toBe(plain.out);
    expect(coloured.out.replace(/\x1b\[\d+m/g, '')).toBe(plain.out);
  });
});

describe('a plan', () => {
  test('ends with 2 for changes, 0 for none, 1 for what is not valid', async () => {
    write(grown);
    const { code, out } = await pltf('plan --offline --json');
    expect(Plan.parse(JSON.parse(out)).outcome === 'denied' ? 1 : 2).toBe(code);
    write('kind: service\nname: users-api\nowner: team-identity\nrun: {command: node server.js}\n');
    expect((await pltf('plan --offline')).code).toBe(0);
    write('kind: service\nname: users-api\nrun: {size: huge}\n');
    const invalid = await pltf('plan --offline');
    expect(invalid.code).toBe(1);
    expect(invalid.err).toContain('pltf.yaml:3:13: there is no size `huge`');
  });

  test('says how old the facts are', async () => {
    write(`${fourLines}run: {command: node server.js}\n`);

    expect((await pltf('plan --offline')).out).toContain('facts saved 3 h ago');
  });

  test('without saved facts says how to get them', async () => {
    write(fourLines);
    const { code, err } = await pltf('plan --offline', {
      env: { XDG_CONFIG_HOME: join(home.directory, 'elsewhere') },
    });

    expect(code).toBe(1);
    expect(err).toContain('`pltf plan --save-facts`');
  });

  test('of several documents plans each, with the lines of the file', async () => {
    write(
      `${fourLines}run: {command: a}\n---\nkind: worker\nname: mailer\nrun: {command: b, size: huge}\n`,
    );

    const { code, out, err } = await pltf('plan --offline');

    expect(code).toBe(1);
    expect(out).toContain('promoapi.prod');
    expect(err).toContain('pltf.yaml:9:');
  });

  test('reads stdin and Score files', async () => {
    const stdin = `${fourLines}run: {command: node server.js}\n`;
    expect((await pltf('plan --offline -f -', { stdin })).code).toBe(2);
    write(
      'apiVersion: score.dev/v1b1\nmetadata: {name: hello}\ncontainers: {web: {image: "nginx:1"}}\n',
      'score.yaml',
    );
    const { out } = await pltf('plan --offline --json');
    expect(Plan.parse(JSON.parse(out)).component).toBe('hello');
  });

  test('and a check say what cannot be given, at its line, and refuse an image where processes run', async () => {
    const score = `apiVersion: score.dev/v1b1
metadata: {name: hello}
containers:
  web: {image: ., command: [node, a.js], variables: {CACHE: "\${resources.cache.host}"}}
resources: {cache: {type: redis}}
`;
    write(score, 'score.yaml');

    const planned = await pltf('plan --offline');
    const checked = await pltf('check score.yaml');
    write(score.replace('image: .', 'image: "nginx:1"'), 'score.yaml');
    const refused = await pltf('plan --offline');

    expect(planned.out).toMatch(/Cannot be given +\d+ things?/);
    expect(planned.out).toMatch(/! variable CACHE +preview, staging, prod\n/);
    expect(checked.out).toMatch(
      /score\.yaml:4:\d+ +warning +cannot-be-given preview, staging, prod/,
    );
    expect([planned.code, checked.code, refused.code]).toEqual([2, 0, 1]);
    expect(refused.err).toMatch(/score\.yaml:4:16.*plain processes, not the image nginx:1/);
  });

  test('explains a value, and names the nearest for one that is not there', async () => {
    write(grown);

    expect((await pltf('plan --offline --why prod.run.size')).out).toContain('pltf.yaml:12:');
    expect((await pltf('plan --offline --why prod.run.drain')).out).toMatch(/Value +"30s"/);
    const wrong = await pltf('plan --offline --why run.siez');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('Did you mean `run.size`?');
    const json = await pltf('plan --offline --why data.maskedLogs --json');
    expect(JSON.parse(json.out)).toMatchObject({ source: 'policy', path: 'data.maskedLogs' });
  });
});

describe('a check', () => {
  const open = `${grown.replace('envs: {prod: {run: {size: large}, access: {public: true}}}\n', '')}access: {public: true}\n`;

  test('names each finding at its line, and ends with 1 when one is denied', async () => {
    write(open);

    const { code, out } = await pltf('check');

    expect(out).toContain('personal-data-behind-sign-in');
    expect(out).toMatch(/pltf\.yaml:\d+:\d+ {2}(error|warning)/);
    expect(code).toBe(out.includes('  error  ') ? 1 : 0);
  });

  test('of several files checks each', async () => {
    write(fourLines);
    write('kind: servise\nname: x\n', 'other.yaml');

    const { code, out } = await pltf('check pltf.yaml other.yaml');

    expect(code).toBe(1);
    expect(out).toContain('pltf.yaml: service promoapi');
    expect(out).toContain('other.yaml:1:7  error  thin-file');
  });

  test('is SARIF that names lines and rules', async () => {
    write(open);

    const { out } = await pltf('check --format sarif');

    const { runs } = JSON.parse(out) as {
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { ruleId: string; ruleIndex: number }[];
      }[];
    };
    const [run] = runs;
    expect(run?.results.length).toBeGreaterThan(0);
    for (const { ruleId, ruleIndex } of run?.results ?? []) {
      expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    }
  });

  test('is JUnit and GitHub annotations that nothing in a file can break', async () => {
    write('kind: service\nname: "]]></failure>%0A::error::%\\n::stop"\n');

    const xml = (await pltf('check --format junit')).out;
    const lines = (await pltf('check --format github')).out.trimEnd().split('\n');

    expect(xml).not.toContain(']]></failure>%');
    expect(lines.every((line) => /^::(?:error|warning|notice) file=/.test(line))).toBe(true);
  });

  test('applies the remedies that were tried, keeps comments, and then has nothing left of them', async () => {
    write(`# ours\n${open}`);
    const before = (await pltf('check --format json')).out;
    const fixable = (
      JSON.parse(before) as { items: { verdicts: { fix?: unknown; guardrail: string }[] }[] }
    ).items.flatMap(({ verdicts }) => verdicts.filter(({ fix }) => fix !== undefined));
    expect(fixable.length).toBeGreaterThan(0);

    const { err } = await pltf('check --fix');

    expect(err).toContain(`Mended pltf.yaml: ${fixable[0]?.guardrail}`);
    expect(read()).toMatch(/^# ours\n/);
    const after = JSON.parse((await pltf('check --format json')).out) as unknown;
    expect(JSON.stringify(after)).not.toContain('"fix":[');
  });
});
