import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { eventually, fetchUrl, git, pltf } from './support/tools.ts';

describe('the main job, as a newcomer does it', () => {
  let platform: TestPlatform;
  let clone: string;

  beforeAll(async () => {
    platform = await startPlatform();
    clone = join(platform.home, 'users-api');
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  it('creates a service whose review app answers at a clean address', async () => {
    const created = await pltf(platform, 'create', 'service', 'users', 'api');

    expect(created, created.err).toMatchObject({ code: 0 });
    const url = `http://users-api.preview.localhost:${platform.routerPort}`;
    expect(created.out).toContain(url);
    expect(created.out).toContain(`${platform.url}/git/users-api.git`);
    expect((await fetchUrl(url)).status).toBe(200);
    expect((await fetchUrl(`${url}/healthz`)).status).toBe(200);
  });

  it('tells the pipeline and the preview of a pushed branch in the output of the push', async () => {
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/users-api.git`);
    await git(platform, clone, 'switch', '--quiet', '-c', 'fix-login');
    await changeGreeting(clone, 'Hello from the branch');
    await git(platform, clone, 'commit', '--quiet', '-am', 'Say it differently');
    const pushed = await git(platform, clone, 'push', 'origin', 'fix-login');

    expect(pushed, pushed.err).toMatchObject({ code: 0 });
    const url = `http://users-api-fix-login.preview.localhost:${platform.routerPort}`;
    expect(pushed.err).toContain(`remote: Pipeline  ${platform.url}/runs/run_`);
    expect(pushed.err).toContain(`remote: Preview   ${url}`);
    expect((await fetchUrl(url)).body).toContain('Hello from the branch');
    expect(
      (await fetchUrl(`http://users-api.preview.localhost:${platform.routerPort}`)).body,
    ).not.toContain('the branch');
  });

  it('has staging follow main, promotes the same release to production, and goes back at once', async () => {
    await git(platform, clone, 'switch', '--quiet', 'main');
    const staging = `http://users-api.staging.localhost:${platform.routerPort}`;
    const prod = `http://users-api.localhost:${platform.routerPort}`;
    await eventually(
      () => fetchUrl(staging),
      ({ status }) => status === 200,
    );
    expect(await pltf(platform, 'promote', 'users-api', '--yes')).toMatchObject({ code: 0 });
    const first = await fetchUrl(prod);
    await changeGreeting(clone, 'The second release');
    await git(platform, clone, 'commit', '--quiet', '-am', 'The second release');
    await git(platform, clone, 'push', '--quiet', 'origin', 'main');
    await eventually(
      () => fetchUrl(staging),
      ({ body }) => body.includes('The second release'),
    );

    const promoted = await pltf(platform, 'promote', 'users-api', '--yes', '--why', 'it is time');
    expect(promoted, promoted.err).toMatchObject({ code: 0 });
    expect((await fetchUrl(prod)).body).toContain('The second release');
    const rolledBack = await pltf(platform, 'rollback', 'users-api', '--env', 'prod', '--yes');
    expect(rolledBack, rolledBack.err).toMatchObject({ code: 0 });
    expect((await fetchUrl(prod)).body).toBe(first.body);

    const releases = await platform.client.listReleases({
      params: { component: 'users-api' },
      query: {},
    });
    const rollouts = await platform.client.listRollouts({
      params: { placement: 'users-api.prod' },
      query: {},
    });
    expect(rollouts.items.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'rollback done',
      'promote done',
      'promote done',
    ]);
    expect(rollouts.items[1]?.why).toBe('it is time');
    expect(new Set(rollouts.items.map(({ to }) => to)).size).toBe(2);
    expect(releases.items.find(({ number }) => number === rollouts.items[1]?.to)?.subject).toBe(
      'The second release',
    );
  });

  it('shows, scales, restarts, stops and starts it, and runs a task in it', async () => {
    const scaled = await pltf(platform, 'scale', 'users-api', '3', '--env', 'prod', '--yes');
    expect(scaled, scaled.err).toMatchObject({ code: 0 });
    const placement = await platform.client.getPlacement({
      params: { placement: 'users-api.prod' },
    });
    expect(placement.instances.filter(({ state }) => state === 'healthy')).toHaveLength(3);

    expect(await pltf(platform, 'restart', 'users-api', '--env', 'prod', '--yes')).toMatchObject({
      code: 0,
    });
    expect(await pltf(platform, 'stop', 'users-api', '--env', 'staging', '--yes')).toMatchObject({
      code: 0,
    });
    expect(
      (await fetchUrl(`http://users-api.staging.localhost:${platform.routerPort}`)).status,
    ).toBe(503);
    expect(await pltf(platform, 'start', 'users-api', '--env', 'staging', '--yes')).toMatchObject({
      code: 0,
    });
    expect(
      (await fetchUrl(`http://users-api.staging.localhost:${platform.routerPort}`)).status,
    ).toBe(200);

    const task = await pltf(
      platform,
      'run',
      'users-api',
      '--env',
      'prod',
      '--',
      'node',
      '-e',
      'console.log(process.env.PLTF_ENVIRONMENT, 6 * 7)',
    );
    expect(task, task.err).toMatchObject({ code: 0 });
    expect(task.out).toContain('prod 42');
    expect(
      (
        await pltf(
          platform,
          'run',
          'users-api',
          '--env',
          'prod',
          '--',
          'node',
          '-e',
          'process.exit(7)',
        )
      ).code,
    ).toBe(7);

    const logs = await pltf(platform, 'logs', 'users-api', '--env', 'prod', '--json');
    expect(logs.code).toBe(0);
    expect(
      logs.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).stream),
    ).toContain('out');
  });

  it('finds everything as it was after Ctrl-C and a second start', async () => {
    const prod = `http://users-api.localhost:${platform.routerPort}`;
    const before = await fetchUrl(prod);
    await platform.stop();
    await expect(fetchUrl(prod)).rejects.toThrow();

    await platform.start();

    const after = await eventually(
      () => fetchUrl(prod),
      ({ status }) => status === 200,
    );
    expect(after.body).toBe(before.body);
  });

  it('deletes it, ends only when all is gone, and prints the receipt', async () => {
    const refused = await pltf(platform, 'delete', 'users-api');
    expect(refused.code).not.toBe(0);

    const deleted = await pltf(platform, 'delete', 'users-api', '--yes');

    expect(deleted, deleted.err).toMatchObject({ code: 0 });
    expect(deleted.out).toContain('repository users-api');
    const listed = await pltf(platform, 'list', '--json');
    expect(JSON.parse(listed.out).items).toEqual([]);
    expect((await fetchUrl(`http://users-api.localhost:${platform.routerPort}`)).status).toBe(404);
    expect(
      (await git(platform, platform.home, 'ls-remote', `${platform.url}/git/users-api.git`)).code,
    ).not.toBe(0);
    expect(await pltf(platform, 'create', 'service', 'users', 'api')).toMatchObject({ code: 0 });
  });
});

/** Changes what the golden path's service answers at `/`. */
async function changeGreeting(clone: string, text: string): Promise<void> {
  const file = join(clone, 'src', 'app.js');
  const source = await readFile(file, 'utf8');
  const changed = source.replace(/message: (['"]).*?\1/, `message: ${JSON.stringify(text)}`);
  expect(changed).not.toBe(source);
  await writeFile(file, changed);
}
