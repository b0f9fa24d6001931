import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, createClient } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { probe } from './support/prober.ts';
import { type Ended, eventually, fetchUrl, git, pltf } from './support/tools.ts';

const minuteMs = 60_000;

describe('guardrails stop what would break them, and never what runs', () => {
  let platform: TestPlatform;
  let clone: string;
  let dora: Client;
  let approver: Client;

  beforeAll(async () => {
    platform = await startPlatform();
    const created = await pltf(platform, 'create', 'service', 'shop');
    expect(created, created.err).toMatchObject({ code: 0 });
    clone = join(platform.home, 'shop');
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/shop.git`);
    dora = await person('dora', 'member');
    await platform.client.setMember({
      params: { team: 'everyone', user: 'dora' },
      body: { role: 'developer' },
    });
    approver = await person('anna', 'platform');
  });
  afterAll(() => platform?.[Symbol.asyncDispose]());

  it('a push of a thin file that breaks one is refused with its line and its remedy, and what runs goes on', async () => {
    const address = await url('preview');
    const watch = probe(address);

    const pushed = await pushRegion('us-east-1', 'Move to the other coast');

    expect(pushed.err).toContain('guardrail regions-allowed in preview');
    expect(pushed.err).toMatch(/pltf\.yaml:\d+:\d+/);
    expect(pushed.err).toContain('in us-east-1; allowed are');
    expect(pushed.err).toContain('Choose an allowed region');
    expect(pushed.err).toContain('pltf exception request shop regions-allowed --env preview');
    expect(pushed.err).toContain('nothing was deployed');
    const shown = await pltf(platform, 'show', 'shop');
    expect(shown.out).toContain('guardrail regions-allowed in preview, pltf.yaml:');
    await watch.stop();
    expect(watch.failures(0, Date.now())).toEqual([]);
    expect((await fetchUrl(address)).status).toBe(200);
  });

  it('an exception is asked for by one, approved by another, and then the same push passes', async () => {
    const asked = await dora.requestException({
      body: {
        guardrail: 'regions-allowed',
        scope: { component: 'shop' },
        reason: 'the data centre at home is being rebuilt',
        compensatingControl: 'no customer data is kept there',
        expiresAt: new Date(Date.now() + 10 * minuteMs).toISOString(),
      },
    });
    expect(asked.exempts.map(({ environment, found }) => `${environment} ${found}`).sort()).toEqual(
      ['preview refused', 'prod refused', 'staging refused'],
    );
    const params = { id: asked.id };
    await expect(dora.approveException({ params, body: { reason: 'mine' } })).rejects.toMatchObject(
      { code: 'forbidden' },
    );
    await approver.approveException({
      params,
      body: { reason: 'for the time of the building', seen: asked.exemptsDigest },
    });

    const rerun = await pushRegion('us-east-1', 'Once more');

    expect(rerun.err).toContain('Excepted until');
    expect(rerun.err).toContain('✓ release');
    await eventually(
      async () => (await approver.listVerdicts({ query: { component: 'shop' } })).items,
      (items) =>
        items.some(
          ({ placement, verdict }) =>
            placement === 'shop.staging' && verdict.exception?.id === asked.id,
        ),
    );
    const promoted = await pltf(platform, 'promote', 'shop');
    expect(promoted, promoted.err).toMatchObject({ code: 0 });
    const debts = await pltf(platform, 'debts', '--team', 'everyone');
    expect(debts.out).toContain('excepted');
    const rendered = await pltf(platform, 'guardrail', 'render', 'regions-allowed');
    expect(rendered, rendered.err).toMatchObject({ code: 0 });
    expect(rendered.out).toContain('kind: ValidatingAdmissionPolicyBinding');
    expect(rendered.out).toContain('name: pltf-regions-allowed');
    // The exception in force is one more condition: the cluster does not look at what it covers.
    expect(rendered.out).toMatch(new RegExp(`- name: [^\\n]*${asked.id.replaceAll('_', '.')}`));
    expect(rendered.out).toMatch(/expression: "!\(.*us-east-1/);
  });

  it('what is worse than was approved is refused in spite of it', async () => {
    const pushed = await pushRegion('mars-1', 'Further away');

    expect(pushed.err).toContain('in mars-1; allowed are');
    expect(pushed.err).toContain('nothing was deployed');
    await pushRegion('us-east-1', 'Back to what is excepted');
  });

  it('when its time is over it ends by itself, is said to have, and what runs runs on', async () => {
    const [first] = (await approver.listExceptions({ query: { state: 'approved' } })).items;
    await approver.revokeException({
      params: { id: first?.id ?? '' },
      body: { reason: 'a shorter one takes its place' },
    });
    const asked = await dora.requestException({
      body: {
        guardrail: 'regions-allowed',
        scope: { component: 'shop' },
        reason: 'the data centre at home is being rebuilt',
        compensatingControl: 'no customer data is kept there',
        expiresAt: new Date(Date.now() + minuteMs + 5_000).toISOString(),
      },
    });
    const params = { id: asked.id };
    await approver.approveException({ params, body: { reason: 'a minute more' } });
    const watch = probe(await url('prod'), 200);

    const ended = await eventually(
      () => approver.getException({ params }),
      ({ state }) => state === 'expired',
      2 * minuteMs,
    );
    const verdicts = await eventually(
      async () => (await approver.listVerdicts({ query: { component: 'shop' } })).items,
      (items) => items.length > 0 && items.every(({ verdict }) => verdict.state === 'deny'),
    );

    expect(ended).toMatchObject({ endedBy: 'platform' });
    expect(verdicts[0]?.verdict.expired?.id).toBe(asked.id);
    const { items } = await approver.listEvents({ query: { component: 'shop', limit: 50 } });
    expect(items.find(({ type }) => type === 'exception-ended')?.summary).toContain('by itself');
    await watch.stop();
    expect(watch.failures(0, Date.now())).toEqual([]);

    const pushed = await pushRegion('us-east-1', 'And again');
    expect(pushed.err).toContain(`exception ${asked.id} ended on`);
    const promoted = await pltf(platform, 'promote', 'shop');
    expect(promoted.code).toBe(1);
    expect(promoted.err).toContain('regions-allowed');
    for (const verb of ['restart', 'stop', 'start', 'scale']) {
      const more = verb === 'scale' ? ['2'] : [];
      const done = await pltf(platform, verb, 'shop', ...more, '--env', 'prod');
      expect(done, `${verb}: ${done.err}`).toMatchObject({ code: 0 });
    }
    const back = await pltf(platform, 'rollback', 'shop', '--env', 'staging');
    expect(back, back.err).toMatchObject({ code: 0 });
  });

  async function url(environment: string): Promise<string> {
    const detail = await platform.client.getComponent({ params: { component: 'shop' } });
    return detail.placements.find((one) => one.environment === environment)?.url ?? '';
  }

  async function pushRegion(region: string, subject: string): Promise<Ended> {
    const file = join(clone, 'pltf.yaml');
    const text = (await readFile(file, 'utf8')).replace(/^policy:.*\n/m, '');
    await writeFile(file, `${text.trimEnd()}\npolicy: {region: ${region}}\n`);
    await git(platform, clone, 'commit', '--quiet', '--allow-empty', '-am', subject);
    return git(platform, clone, 'push', 'origin', 'main');
  }

  /** Somebody with a token of their own. */
  async function person(name: string, role: 'member' | 'platform'): Promise<Client> {
    const { url: link } = await platform.client.createUser({ body: { name, role } });
    const post = (path: string, headers: Record<string, string>, body: object) =>
      fetch(`${platform.url}/api/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: platform.url, ...headers },
        body: JSON.stringify(body),
      });
    const signedIn = await post('/session', {}, { token: link.split('token=')[1] });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((entry) => entry.split(';')[0])
      .join('; ');
    const made = await post(
      '/tokens',
      { 'x-pltf-portal': '1', cookie },
      { name: 'mine', scopes: ['read', 'write'] },
    );
    const { token } = (await made.json()) as { readonly token: string };
    return createClient({ url: platform.url, token });
  }
});
