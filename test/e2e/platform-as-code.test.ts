import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { git, pltf } from './support/tools.ts';

/** Asks again until the answer is the one that is waited for; the last failure is the test's. */
async function until<T>(
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  for (const end = Date.now() + withinMs; ; await sleep(200)) {
    const answer = await ask().catch((error: unknown) => {
      if (Date.now() > end) throw error;
      return undefined;
    });
    if (answer !== undefined && done(answer)) return answer;
    if (Date.now() > end)
      throw new Error(`this is not what was waited for: ${JSON.stringify(answer)}`);
  }
}

/** The platform team changes the platform as any team changes its service: planned, applied, pushed, taken back. */
describe('the platform as code', () => {
  let platform: TestPlatform;
  let folder: string;

  beforeAll(async () => {
    platform = await startPlatform();
    folder = join(platform.home, 'platform-files');
    expect((await pltf(platform, 'create', 'service', 'steady')).code).toBe(0);
    expect(await pltf(platform, 'platform', 'init', folder)).toMatchObject({ code: 0 });
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  const file = (): string => join(folder, 'platform.yaml');
  const change = async (from: string | RegExp, to: string): Promise<void> =>
    writeFile(file(), (await readFile(file(), 'utf8')).replace(from, to));
  const inForce = async () => platform.client.getPlatform({});
  const apply = (...args: string[]) =>
    pltf(platform, 'platform', 'apply', folder, '--yes', ...args);

  test('is tested without a server, and what it begins with changes nothing', async () => {
    expect(await pltf(platform, 'platform', 'test', folder)).toMatchObject({ code: 0 });
    expect(await pltf(platform, 'platform', 'plan', folder)).toMatchObject({
      code: 0,
      out: 'Nothing of the platform changes.\n',
    });
  });

  test('is planned in classes of what it touches, applied, and taken back by one command', async () => {
    await change('small: {memoryMiB: 256', 'small: {memoryMiB: 384');

    const planned = await pltf(platform, 'platform', 'plan', folder);
    const applied = await apply('--why', 'programs have grown');
    const history = await pltf(platform, 'platform', 'history');
    const reverted = await pltf(platform, 'platform', 'revert', '0', '--yes');

    expect(planned.code).toBe(2);
    expect(planned.out).toMatch(/0 unchanged; \d changes? in 1 way/);
    expect(planned.out).toContain('run.memoryMiB: 256 → 384');
    expect(planned.out).toContain('steady.preview');
    expect(planned.out).toContain('takes effect at the next rollout');
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('Version 1') });
    expect(history.out).toMatch(/1 +admin +apply .*programs have grown/);
    expect(reverted).toMatchObject({ code: 0, out: expect.stringContaining('Version 2') });
    expect((await inForce()).file.sizes['small']).toMatchObject({ memoryMiB: 256 });
  });

  test('refuses to take away what something has', async () => {
    const before = await readFile(file(), 'utf8');
    await change(/ {2}small: .*\n/, '');

    const planned = await pltf(platform, 'platform', 'plan', folder);
    const applied = await apply();
    await writeFile(file(), before);

    expect(planned.code).toBe(1);
    expect(planned.err).toContain('the size `small` is gone, and something has it');
    expect(planned.err).toContain('steady.preview');
    expect(applied).toMatchObject({ code: 1, err: expect.stringContaining('platform-refused') });
    expect((await inForce()).version.number).toBe(2);
  });

  test('is changed by a push, which is not taken when it would break something', async () => {
    const clone = join(platform.home, 'platform');
    const url = `${platform.url}/git/platform.git`;
    expect(await git(platform, platform.home, 'clone', '--quiet', url, clone)).toMatchObject({
      code: 0,
    });
    const path = join(clone, 'platform.yaml');
    const text = await readFile(path, 'utf8');
    const commit = async (to: string) => {
      await writeFile(path, to);
      await git(platform, clone, 'commit', '--quiet', '-am', 'Change the platform');
      return git(platform, clone, 'push', 'origin', 'main');
    };

    const broken = await commit(text.replace(/ {2}small: .*\n/, ''));
    await git(platform, clone, 'reset', '--quiet', '--hard', 'origin/main');
    const taken = await commit(text.replace('Your organisation', 'Pushed'));

    expect(broken.code).not.toBe(0);
    expect(broken.err).toContain('steady.preview');
    expect(broken.err).toContain('[remote rejected] main -> main');
    expect(taken.err).toContain('remote: Version 3 of the platform is in force.');
    expect((await inForce()).file.organisation).toBe('Pushed');
  });

  test('of two changes at once takes one, and tells the other what changed', async () => {
    const other = join(platform.home, 'other-files');
    for (const to of [folder, other])
      await pltf(platform, 'platform', 'show', '--write', to, '--yes');
    await change('Pushed', 'First');
    const second = join(other, 'platform.yaml');
    await writeFile(second, (await readFile(second, 'utf8')).replace('Pushed', 'Second'));
    const { version } = await inForce();
    const expected = { version: version.number, digest: version.digest };
    const files = async (path: string) => ({ 'platform.yaml': await readFile(path, 'utf8') });

    const both = await Promise.allSettled([
      platform.client.applyPlatform({ body: { files: await files(file()), expected } }),
      platform.client.applyPlatform({ body: { files: await files(second), expected } }),
    ]);

    const lost = both.find(({ status }) => status === 'rejected');
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(lost).toMatchObject({
      reason: { code: 'platform-changed', errors: [{ where: 'organisation' }] },
    });
  });

  test('killed in the middle of applies is never half: file, table and branch agree', async () => {
    await mkdir(join(platform.home, 'look'));
    for (const waitMs of [0, 15, 40, 80]) {
      const { version } = await inForce();
      const expected = { version: version.number, digest: version.digest };
      const name = `Killed after ${waitMs}`;
      const files = { 'platform.yaml': `organisation: ${name}\n` };
      const applying = platform.client
        .applyPlatform({ body: { files, expected } })
        .then(({ version: made }) => made.number)
        .catch(() => undefined);
      await sleep(waitMs);
      process.kill(await platform.pid('server'), 'SIGKILL');
      const answered = await applying;

      const after = await until(
        () => inForce(),
        () => true,
        60_000,
      );
      const made = after.version.number === version.number + 1;
      expect([version.number, version.number + 1]).toContain(after.version.number);
      if (answered !== undefined) expect(made).toBe(true);
      expect(after.file.organisation === name).toBe(made);
      const clone = join(platform.home, 'look', String(waitMs));
      const url = `${platform.url}/git/platform.git`;
      await until(
        async () => {
          await git(platform, platform.home, 'clone', '--quiet', url, clone);
          await git(platform, clone, 'pull', '--quiet');
          return readFile(join(clone, 'platform.yaml'), 'utf8');
        },
        (text) => text === after.files['platform.yaml'],
        30_000,
      );
    }
  });
});
