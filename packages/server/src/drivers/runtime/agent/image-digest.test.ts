import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imageByDigest, parseImageName } from './image-digest.ts';

const digest = `sha256:${'e'.repeat(64)}`;
let server: Server;
let registry: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const found = request.url === '/v2/team/shop/manifests/1.2' && request.method === 'HEAD';
    if (found) response.setHeader('docker-content-digest', digest);
    response.statusCode = found ? 200 : request.url?.includes('secret') === true ? 403 : 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test.each([
  ['nginx', 'registry-1.docker.io', 'library/nginx', 'latest'],
  ['team/shop:2', 'registry-1.docker.io', 'team/shop', '2'],
  ['localhost:5000/shop', 'localhost:5000', 'shop', 'latest'],
  ['ghcr.io/a/b/c:v1', 'ghcr.io', 'a/b/c', 'v1'],
])('%s is read as Docker reads it', (reference, host, repository, tag) => {
  expect(parseImageName(reference)).toEqual({ registry: host, repository, tag });
});

test('a tag becomes the digest that its registry says; a digest stays as it is', async () => {
  const named = `${registry}/team/shop@${digest}`;

  expect(await imageByDigest(`${registry}/team/shop:1.2`)).toBe(named);
  expect(await imageByDigest('anything.example.com/shop@'.concat(digest))).toContain(digest);
});

test('what is not there is told apart from what cannot be known', async () => {
  await expect(imageByDigest(`${registry}/team/other:1`)).rejects.toMatchObject({
    code: 'image-missing',
  });
  await expect(imageByDigest(`${registry}/team/secret:1`)).rejects.toMatchObject({
    code: 'image-unknown',
  });
  await expect(imageByDigest('127.0.0.1:1/shop:1')).rejects.toMatchObject({
    ...{ code: 'image-unknown', fix: expect.stringContaining('sha256') },
  });
});
