import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home } from './testing/call-cli.ts';
import { startTestPlatform, type TestPlatform, testToken } from './testing/test-platform.ts';

let platform: TestPlatform;
let home: Home;

beforeEach(async () => {
  platform = await startTestPlatform();
  home = new Home({ PLTF_URL: platform.url, PLTF_TOKEN: testToken });
  platform.handlers.listKept = async () => ({
    items: [{ what: 'volume volume-users-api', because: 'it is not wanted any more' }],
  });
  platform.handlers.prune = async ({ body }) => ({ gone: body.confirm.map((one) => `${one}-0`) });
});
afterEach(async () => {
  await platform[Symbol.asyncDispose]();
  home[Symbol.dispose]();
});

const asked = (name: string) => platform.requests.find((each) => each.name === name)?.body;

test('pltf prune shows what is kept and ends with 2; nothing is deleted', async () => {
  const { code, out } = await home.pltf(['prune', 'users-api.prod']);

  expect(code).toBe(2);
  expect(out).toContain('volume volume-users-api: it is not wanted any more');
  expect(asked('prune')).toBeUndefined();
});

test('pltf prune --confirm deletes what is named, and nothing else', async () => {
  const what = 'volume volume-users-api';

  const { code, out } = await home.pltf([
    ...['prune', 'users-api.prod', '--confirm', what, '--why', 'moved'],
  ]);

  expect(code).toBe(0);
  expect(out).toContain(`Deleted: ${what}-0`);
  expect(asked('prune')).toEqual({ confirm: [what], why: 'moved' });
});
