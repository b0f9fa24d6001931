import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Plan } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { eventually, fetchUrl, git, pltf } from './support/tools.ts';

const fourLines = 'kind: service\nname: promoapi\nenv: prod\npolicy: pii=false\n';

describe('a thin file of four lines', () => {
  let platform: TestPlatform;
  const write = (text: string) => writeFile(join(platform.home, 'pltf.yaml'), text);
  const planned = async (): Promise<Plan> =>
    Plan.parse(JSON.parse((await pltf(platform, 'plan', '--json')).out));

  beforeAll(async () => {
    platform = await startPlatform();
    await write(fourLines);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  it('is planned, and nothing is changed by asking', async () => {
    const plan = await pltf(platform, 'plan');

    expect(plan, plan.err).toMatchObject({ code: 2 });
    expect(plan.out).toContain('repository  promoapi');
    expect(plan.out).toContain('promoapi.prod');
    expect(plan.out).toContain('.github/workflows/');
    expect((await pltf(platform, 'list', '--json')).out).not.toContain('promoapi');
    expect((await pltf(platform, 'audit')).out).not.toContain('planThinFile');
  });

  it('becomes a service that answers, with this very file, and then nothing is left to do', async () => {
    const applied = await pltf(platform, 'apply', '--yes');

    expect(applied, applied.err).toMatchObject({ code: 0 });
    const url = `http://promoapi.preview.localhost:${platform.routerPort}`;
    expect((await fetchUrl(`${url}/healthz`)).status).toBe(200);
    const clone = join(platform.home, 'promoapi');
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/promoapi.git`);
    expect(await readFile(join(clone, 'pltf.yaml'), 'utf8')).toBe(fourLines);
    expect(await pltf(platform, 'plan')).toMatchObject({ code: 0 });
    const again = await pltf(platform, 'apply', '--yes');
    expect(again, again.err).toMatchObject({ code: 0 });
  });

  it('with another line says what changes, and where each value comes from', async () => {
    await write(`${fourLines}run: {size: medium}\n`);

    const plan = await pltf(platform, 'plan');

    expect(plan).toMatchObject({ code: 2 });
    expect(plan.out).toMatch(/run\.size +small → medium/);
    const why = await pltf(platform, 'plan', '--why', 'run.size');
    expect(why).toMatchObject({ code: 0 });
    expect(why.out).toContain('pltf.yaml:5:13');
  });

  it('gives offline, with saved facts, the answer that the platform gives', async () => {
    const online = await planned();
    expect(await pltf(platform, 'plan', '--save-facts')).toMatchObject({ code: 2 });

    const offline = await pltf(
      platform,
      'plan',
      '--offline',
      '--json',
      '--url',
      'http://127.0.0.1:1',
    );

    expect(offline, offline.err).toMatchObject({ code: 2 });
    const { facts, ...rest } = Plan.parse(JSON.parse(offline.out));
    const { facts: others, ...expected } = online;
    expect(rest).toEqual(expected);
    expect(facts).toEqual({ ...others, asOf: facts.asOf, offline: true });
  });

  it('is refused when the component was changed since it was planned, and says so', async () => {
    const plan = await planned();
    const clone = join(platform.home, 'promoapi');
    await writeFile(join(clone, 'pltf.yaml'), `${fourLines}tier: 2\n`);
    await git(platform, clone, 'commit', '--quiet', '-am', 'Somebody was faster');
    await git(platform, clone, 'push', '--quiet', 'origin', 'main');

    const body = {
      text: `${fourLines}run: {size: medium}\n`,
      digest: plan.digest,
      parts: plan.facts.parts,
    };
    const refused = platform.client.applyThinFile({ body });

    await expect(refused).rejects.toMatchObject({
      code: 'plan-changed',
      detail: expect.stringContaining('its thin file on the default branch'),
    });
  });

  it('is brought to its end although the server is killed in the middle', async () => {
    const plan = await planned();
    const text = await readFile(join(platform.home, 'pltf.yaml'), 'utf8');
    const operation = await platform.client.applyThinFile({
      body: { text, digest: plan.digest, parts: plan.facts.parts },
    });

    process.kill(await platform.pid('server'), 'SIGKILL');

    const ended = await eventually(
      () => platform.client.getOperation({ params: { id: operation.id } }).catch(() => undefined),
      (one) => one?.state === 'done' || one?.state === 'undone',
      120_000,
    );
    expect(ended).toMatchObject({ kind: 'apply', state: 'done' });
    const clone = join(platform.home, 'promoapi');
    await git(platform, clone, 'pull', '--quiet');
    expect(await readFile(join(clone, 'pltf.yaml'), 'utf8')).toBe(text);
    const log = await git(platform, clone, 'log', '--format=%b', '-5');
    expect(log.out.match(new RegExp(operation.id, 'g'))).toHaveLength(1);
    expect(await pltf(platform, 'plan')).toMatchObject({ code: 0 });
  });

  it('that does not start is put back, and what served goes on serving', async () => {
    const before = await readFile(join(platform.home, 'pltf.yaml'), 'utf8');
    await write(
      before.replace('run: {size: medium}', 'run: {size: medium, command: node gone.js}'),
    );

    const applied = await pltf(platform, 'apply', '--yes');

    expect(applied).toMatchObject({ code: 1 });
    expect(applied.err).toContain('undone');
    const clone = join(platform.home, 'promoapi');
    await git(platform, clone, 'pull', '--quiet');
    expect(await readFile(join(clone, 'pltf.yaml'), 'utf8')).toBe(before);
    const url = `http://promoapi.preview.localhost:${platform.routerPort}`;
    expect((await fetchUrl(`${url}/healthz`)).status).toBe(200);
  });

  it('that declares personal data has it masked in logs, and a record for a legal review', async () => {
    await write(fourLines.replace('pii=false', 'pii=true, data=contact'));
    const applied = await pltf(platform, 'apply', '--yes');
    expect(applied, applied.err).toMatchObject({ code: 0 });
    const url = `http://promoapi.preview.localhost:${platform.routerPort}`;

    await fetchUrl(`${url}/people/ada.lovelace@example.com`);

    const logs = await eventually(
      () => pltf(platform, 'logs', 'promoapi.preview'),
      ({ out }) => out.includes('/people/'),
    );
    expect(logs.out).toContain('/people/[email]');
    expect(logs.out).not.toContain('ada.lovelace');
    const record = await pltf(platform, 'privacy', 'record', 'promoapi');
    expect(record.out).toContain('# Personal data of promoapi');
    expect(record.out).toContain('`pii.contact`');
    const plan = await platform.client.componentPlan({ params: { component: 'promoapi' } });
    expect(plan.verdicts.map(({ guardrail }) => guardrail)).toContain('personal-data-encrypted');
    expect(plan.why['policy.pii']).toMatchObject({ source: 'thin-file', where: 'pltf.yaml:4:9' });
    const map = await platform.client.privacyMap({});
    expect(map.holders.map(({ component }) => component)).toEqual(['promoapi']);
  });

  it('gives the form of a creation verdicts, cost and reasons as well', async () => {
    const plan = await platform.client.planComponent({ body: { name: 'another' } });

    expect(plan.problems).toEqual([]);
    expect(plan.verdicts?.length).toBeGreaterThan(0);
    expect(plan.cost).toMatchObject({ currency: 'EUR' });
    expect(plan.why?.['run.port']).toMatchObject({ source: 'thin-file' });
  });

  it('of a job makes it from its golden path, puts it where it runs at once when asked, and says when it runs next', async () => {
    const job =
      'kind: job\nname: report\nenv: prod\npolicy: {pii: false}\nschedule: "0 3 * * *"\nrun: {size: small}\n';
    await write(job);
    const applied = await pltf(platform, 'apply', '--yes');
    expect(applied, applied.err).toMatchObject({ code: 0 });
    const serving = async (environment: string) =>
      platform.client.getPlacement({ params: { placement: `report.${environment}` } });
    const [first] = (
      await platform.client.listReleases({ params: { component: 'report' }, query: {} })
    ).items;
    await eventually(
      () => serving('preview'),
      (one) => one.serving?.number === first?.number,
    );

    const promoted = await pltf(platform, 'promote', 'report', '--yes');
    const ran = await pltf(platform, 'run', 'report', '--env', 'prod');
    const shown = await pltf(platform, 'show', 'report');
    const logs = await pltf(platform, 'logs', 'report', '--env', 'prod', '--raw');

    expect(promoted, promoted.err).toMatchObject({ code: 0 });
    expect(ran, ran.err).toMatchObject({ code: 0 });
    expect(ran.out).toMatch(/"message":"finished","done":7,"failed":0,"left":0/);
    expect(logs.out).toBe(ran.out);
    expect(shown.out).toMatch(/report\.prod: 0 3 \* \* \* \(UTC\), next in \d+ (h|min)/);
    expect((await serving('prod')).instances).toEqual([]);
  });
});
