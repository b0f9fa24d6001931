import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker, leftInDocker, provideBases, withoutDocker } from './support/docker.ts';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { eventually, fetchUrl, git, pltf } from './support/tools.ts';

const missing = await withoutDocker();

const platformFile = `
runtimes:
  agent: {driver: agent, isolation: docker}
`;

describe.skipIf(missing !== undefined)(
  `the main job in containers (${missing ?? 'real ones'})`,
  () => {
    let platform: TestPlatform;
    let folder: string;
    let clone: string;
    let bases: readonly string[] | undefined;

    beforeAll(async () => {
      bases = await provideBases('node-service');
      expect(bases, 'base images of the golden path, or stand-ins for them').toBeDefined();
      folder = await mkdtemp(join(tmpdir(), 'pltf-docker-'));
      await writeFile(join(folder, 'platform.yaml'), platformFile);
      platform = await startPlatform({ platformFile: join(folder, 'platform.yaml') });
      clone = join(platform.home, 'users-api');
    });
    afterAll(async () => {
      await platform[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
      for (const name of bases ?? []) await docker('rmi', name);
    });

    it('creates a service that answers from a container of its own image', async () => {
      const created = await pltf(platform, 'create', 'service', 'users', 'api');
      expect(created, created.err).toMatchObject({ code: 0 });
      const url = `http://users-api.preview.localhost:${platform.routerPort}`;
      expect((await fetchUrl(`${url}/healthz`)).status).toBe(200);

      const left = await leftInDocker(platform.data);
      expect(left).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^container .*users-api\.preview/),
          expect.stringMatching(/^network .*preview/),
          expect.stringMatching(/^image .*users-api/),
        ]),
      );
    });

    it('has a preview of each branch, promotes the same image, and goes back at once', async () => {
      await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/users-api.git`);
      await git(platform, clone, 'switch', '--quiet', '-c', 'fix-login');
      await changeGreeting(clone, 'Hello from the branch');
      await git(platform, clone, 'commit', '--quiet', '-am', 'Say it differently');
      const pushed = await git(platform, clone, 'push', 'origin', 'fix-login');
      expect(pushed, pushed.err).toMatchObject({ code: 0 });
      const preview = `http://users-api-fix-login.preview.localhost:${platform.routerPort}`;
      await eventually(
        () => fetchUrl(preview),
        ({ body }) => body.includes('Hello from the branch'),
      );

      const staging = `http://users-api.staging.localhost:${platform.routerPort}`;
      const prod = `http://users-api.localhost:${platform.routerPort}`;
      await eventually(
        () => fetchUrl(staging),
        ({ status }) => status === 200,
      );
      const first = await pltf(platform, 'promote', 'users-api', '--yes');
      expect(first, first.err).toMatchObject({ code: 0 });
      const before = await fetchUrl(prod);
      await git(platform, clone, 'switch', '--quiet', 'main');
      await changeGreeting(clone, 'The second release');
      await git(platform, clone, 'commit', '--quiet', '-am', 'The second release');
      await git(platform, clone, 'push', '--quiet', 'origin', 'main');
      await eventually(
        () => fetchUrl(staging),
        ({ body }) => body.includes('The second release'),
        60_000,
      );

      const promoted = await pltf(platform, 'promote', 'users-api', '--yes');
      expect(promoted, promoted.err).toMatchObject({ code: 0 });
      expect((await fetchUrl(prod)).body).toContain('The second release');
      const [staged, placed] = await Promise.all(
        ['staging', 'prod'].map((name) => imagesOf(`users-api.${name}`)),
      );
      expect(placed).toEqual(expect.arrayContaining([...(staged ?? ['none'])]));

      const rolledBack = await pltf(platform, 'rollback', 'users-api', '--env', 'prod', '--yes');
      expect(rolledBack, rolledBack.err).toMatchObject({ code: 0 });
      expect((await fetchUrl(prod)).body).toBe(before.body);
    });

    it('scales, runs a task in the image, and shows its logs', async () => {
      const scaled = await pltf(platform, 'scale', 'users-api', '2', '--env', 'prod', '--yes');
      expect(scaled, scaled.err).toMatchObject({ code: 0 });
      const task = await pltf(
        platform,
        ...['run', 'users-api', '--env', 'prod', '--', 'node', '-e'],
        'console.log(process.env.PLTF_ENVIRONMENT, require("node:fs").existsSync("/.dockerenv"))',
      );
      expect(task, task.err).toMatchObject({ code: 0 });
      expect(task.out).toContain('prod true');

      const logs = await pltf(platform, 'logs', 'users-api', '--env', 'prod', '--json');
      expect(logs.code).toBe(0);
      expect(logs.out).toContain('"stream":"out"');
    });

    it('says what is wrong with a Dockerfile, and the release before goes on', async () => {
      await git(platform, clone, 'switch', '--quiet', '-c', 'broken');
      const text = await readFile(join(clone, 'Dockerfile'), 'utf8');
      await writeFile(
        join(clone, 'Dockerfile'),
        text.replace(/^RUN .*$/m, 'RUN echo almost && exit 3'),
      );
      await git(platform, clone, 'commit', '--quiet', '-am', 'Break the image');
      const pushed = await git(platform, clone, 'push', 'origin', 'broken');
      const shown = await pltf(platform, 'show', 'users-api', '--json');

      expect(`${pushed.err}${shown.out}`).toMatch(/image/i);
      expect((await fetchUrl(`http://users-api.localhost:${platform.routerPort}`)).status).toBe(
        200,
      );
    });

    it('is deleted with nothing left: no container, no network, no image', async () => {
      const deleted = await pltf(platform, 'delete', 'users-api', '--yes');
      expect(deleted, deleted.err).toMatchObject({ code: 0 });

      await eventually(
        () => leftInDocker(platform.data),
        (left) => left.length === 0,
      );
    });

    async function imagesOf(placement: string): Promise<readonly string[]> {
      const filter = ['--filter', `label=pltf.dev/placement=${placement}`];
      const names = await docker('ps', ...filter, '--format', '{{.ID}}');
      const ids = names.split('\n').filter((name) => name !== '');
      const images = await docker('inspect', '--format', '{{.Image}}', ...ids);
      return [...new Set(images.split('\n'))];
    }
  },
);

/** Changes what the golden path's service answers at `/`. */
async function changeGreeting(clone: string, text: string): Promise<void> {
  const file = join(clone, 'src', 'app.js');
  const source = await readFile(file, 'utf8');
  const changed = source.replace(/message: (['"]).*?\1/, `message: ${JSON.stringify(text)}`);
  expect(changed).not.toBe(source);
  await writeFile(file, changed);
}
