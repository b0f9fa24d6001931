import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRegistryAccess } from './registry-access.ts';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pltf-access-'));
  file = path.join(folder, 'config.json');
  const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });
  const auths = {
    'https://index.docker.io/v1/': auth('hub:one'),
    'registry.example.com': auth('team:two:three'),
  };
  const proxies = {
    default: { httpProxy: 'http://proxy.example.com:3128', noProxy: '.example.com' },
    'tcp://other:2375': { httpsProxy: 'http://other' },
  };
  writeFileSync(file, JSON.stringify({ auths, proxies }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const passwordIn = (headers: Readonly<Record<string, string>>): unknown =>
  JSON.parse(Buffer.from(headers['X-Registry-Auth'] ?? '', 'base64url').toString()).password;

test.each([
  ['shop', 'one'],
  ['acme/shop:1', 'one'],
  ['docker.io/acme/shop', 'one'],
  ['index.docker.io/acme/shop', 'one'],
  ['registry.example.com/pltf/shop', 'two:three'],
  ['other.example.com/shop', undefined],
])('the login of the registry that %s leads to is found', (name, password) => {
  const access = createRegistryAccess(file);

  expect(passwordIn(access.forImage(name))).toBe(password);
  expect(access.knows(name)).toBe(password !== undefined);
});

test('builds hear of the proxies that the docker command line would tell them of', () => {
  expect(createRegistryAccess(file).proxies()).toEqual({
    HTTP_PROXY: 'http://proxy.example.com:3128',
    http_proxy: 'http://proxy.example.com:3128',
    NO_PROXY: '.example.com',
    no_proxy: '.example.com',
  });
  expect(createRegistryAccess(file, 'tcp://other:2375').proxies()).toEqual({
    HTTPS_PROXY: 'http://other',
    https_proxy: 'http://other',
  });
  expect(createRegistryAccess(path.join(folder, 'none.json')).proxies()).toEqual({});
});
