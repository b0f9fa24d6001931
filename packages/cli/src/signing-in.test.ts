import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CliCall, Home } from './testing/call-cli.ts';
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

describe('signing in', () => {
  const anonymous = { PLTF_URL: '', PLTF_TOKEN: '' };
  const loginFile = () => join(home.directory, 'config', 'pltf', 'config.json');

  test('stores address and token once the platform has accepted them', async () => {
    const { code, out, err } = await pltf(`login ${platform.url}/`, {
      env: anonymous,
      typed: [testToken],
    });

    expect(code).toBe(0);
    expect(out).toContain(`Signed in to ${platform.url} as ada (platform).`);
    expect(out + err).not.toContain(testToken);
    expect(JSON.parse(readFileSync(loginFile(), 'utf8'))).toEqual({
      url: platform.url,
      token: testToken,
      user: 'ada',
    });
    expect((await pltf('list', { env: anonymous })).code).toBe(0);
  });

  test('takes the token from standard input', async () => {
    const { code } = await pltf(`login --token - ${platform.url}`, {
      env: anonymous,
      stdin: `${testToken}\n`,
    });

    expect(code).toBe(0);
    expect(statSync(loginFile()).mode & 0o777).toBe(0o600);
  });

  test('stores nothing when the token is refused', async () => {
    const { code } = await pltf(`login ${platform.url}`, { env: anonymous, typed: ['wrong'] });

    expect(code).toBe(1);
    expect(() => readFileSync(loginFile())).toThrow('ENOENT');
  });

  test.each(['', 'two words', 'line\nbreak', 'ünïcode'])(
    'sends no token like %j anywhere',
    async (typed) => {
      expect((await pltf(`login ${platform.url}`, { env: anonymous, typed: [typed] })).code).toBe(
        64,
      );
      expect(platform.requests).toEqual([]);
    },
  );

  test('wants to be asked, or told', async () => {
    const { code, err } = await pltf(`login ${platform.url}`, { env: anonymous });

    expect(code).toBe(64);
    expect(err).toContain('--token -');
  });

  test('is not needed for the platform that runs on this machine', async () => {
    mkdirSync(join(home.directory, 'data'));
    writeFileSync(
      join(home.directory, 'data', 'local.json'),
      JSON.stringify({ url: platform.url, token: testToken }),
    );

    expect((await pltf('whoami', { env: anonymous })).out).toContain('from this machine');
  });
});
