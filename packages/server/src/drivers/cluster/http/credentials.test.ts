import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openClusterCache } from '../cache/watched-cache.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { openCluster } from './http-cluster.ts';
import { type Certificate, certificate, withoutCertificates } from './testing/certificates.ts';
import { type SecuredApiServer, securedApiServer } from './testing/secured-api-server.ts';

const missing = await withoutCertificates();
const key = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web' };
const v1 = 'client.authentication.k8s.io/v1';

describe.skipIf(missing !== undefined)(`credentials of a cluster ${missing ?? ''}`, () => {
  let folder: string;
  let own: Certificate;
  let ana: Certificate;
  let eve: Certificate;
  let server: SecuredApiServer;
  const opened: ClusterApi[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pltf-credentials-'));
    [own, ana, eve] = await Promise.all([
      certificate(folder, 'server'),
      certificate(folder, 'ana'),
      certificate(folder, 'eve'),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    server = await securedApiServer(own, [ana, eve]);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const kubeconfig = (user: object, cluster: object = {}): Promise<void> =>
    writeFile(
      join(folder, 'config'),
      JSON.stringify({
        clusters: [
          {
            name: 'one',
            cluster: { server: server.url, 'certificate-authority': 'server.crt', ...cluster },
          },
        ],
        users: [{ name: 'me', user }],
        contexts: [{ name: 'dev', context: { cluster: 'one', user: 'me' } }],
      }),
    );
  const open = (context = 'dev', more: object = {}): ClusterApi => {
    const environment = { PATH: process.env['PATH'] };
    const kubeconfigs = { files: [join(folder, 'config')], environment, ...more };
    const cluster = openCluster({ name: 'berlin', context, kubeconfig: kubeconfigs });
    opened.push(cluster);
    return cluster;
  };
  /** A program of the user's, as a kubeconfig names one. */
  const program = async (name: string, answer: object): Promise<string> => {
    const script = `#!/bin/sh\n[ -n "$KUBERNETES_EXEC_INFO" ] || exit 9\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`;
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o700);
    return `./${name}`;
  };
  const problemOf = async (work: Promise<unknown>): Promise<PltfError> => {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof PltfError) return error;
    throw new Error('nothing was refused', { cause: error });
  };

  const kinds: Readonly<Record<string, () => Promise<readonly [object, string]>>> = {
    'a token': () => Promise.resolve([{ token: 'one' }, 'Bearer one']),
    'a token in a file beside the kubeconfig': async () => {
      await writeFile(join(folder, 'token'), 'two\n');
      return [{ token: 'old', tokenFile: 'token' }, 'Bearer two'];
    },
    'a name and a password': () =>
      Promise.resolve([{ username: 'ana', password: 'x' }, `Basic ${base64('ana:x')}`]),
    'a client certificate in files': () =>
      Promise.resolve([{ 'client-certificate': 'ana.crt', 'client-key': 'ana.key' }, 'ana']),
    'a client certificate in the kubeconfig': () =>
      Promise.resolve([
        { 'client-certificate-data': base64(ana.cert), 'client-key-data': base64(ana.key) },
        'ana',
      ]),
    'a program that gives a token': async () => {
      const command = await program('login', { apiVersion: v1, status: { token: 'three' } });
      return [{ exec: { command, apiVersion: v1 } }, 'Bearer three'];
    },
    'a program of before 2021': async () => {
      const apiVersion = `${v1}beta1`;
      const command = await program('login-old', { apiVersion, status: { token: 'four' } });
      return [{ exec: { command, apiVersion, interactiveMode: 'IfAvailable' } }, 'Bearer four'];
    },
    'a program that gives a client certificate': async () => {
      const status = { clientCertificateData: eve.cert, clientKeyData: eve.key };
      const command = await program('login-certificate', { apiVersion: v1, status });
      return [{ exec: { command, apiVersion: v1 } }, 'eve'];
    },
  };
  test.each(Object.entries(kinds))('may be %s', async (_title, kind) => {
    const [user, name] = await kind();
    server.lets.add(name);
    await kubeconfig(user);

    expect(await open().get(key)).toMatchObject({ kind: 'ConfigMap' });
    expect(server.let.at(-1)).toBe(name);
  });

  test('may be those of somebody who acts as somebody else', async () => {
    server.lets.add('Bearer one');
    await kubeconfig({ token: 'one', as: 'deployer', 'as-groups': ['red', 'blue'] });

    await open().get(key);

    expect(server.headers()).toMatchObject({
      'impersonate-user': 'deployer',
      'impersonate-group': 'red, blue',
    });
  });

  test('of a cluster around the server are its service account, and follow it when it is renewed', async () => {
    const serviceAccount = await mkdtemp(join(folder, 'account-'));
    await writeFile(join(serviceAccount, 'ca.crt'), own.cert);
    await writeFile(join(serviceAccount, 'token'), 'pod');
    const service = { host: '127.0.0.1', port: String(server.port) };
    server.lets.add('Bearer pod');
    const cluster = open('in-cluster', { service, serviceAccount });
    await cluster.get(key);

    server.lets.clear();
    server.lets.add('Bearer renewed');
    await writeFile(join(serviceAccount, 'token'), 'renewed');

    expect(await cluster.get(key)).toMatchObject({ kind: 'ConfigMap' });
  });

  test('that are renewed in the kubeconfig are taken up while it runs', async () => {
    server.lets.add('ana');
    await kubeconfig({ 'client-certificate': 'ana.crt', 'client-key': 'ana.key' });
    const cluster = open();
    await cluster.get(key);

    server.lets.clear();
    server.lets.add('eve');
    expect((await problemOf(cluster.get(key))).code).toBe('cluster-credentials');
    await kubeconfig({ 'client-certificate': 'eve.crt', 'client-key': 'eve.key' });

    expect(await cluster.get(key)).toMatchObject({ kind: 'ConfigMap' });
  });

  test('that are renewed are taken up by all that were under way with the old ones', async () => {
    server.lets.add('Bearer one');
    await kubeconfig({ token: 'one' });
    const cluster = open();
    await cluster.get(key);
    server.lets.clear();
    server.lets.add('Bearer two');
    await kubeconfig({ token: 'two' });

    const answers = await Promise.all(Array.from({ length: 20 }, () => cluster.get(key)));

    expect(answers).toHaveLength(20);
  });

  test('a cluster that has moved is found by its new address', async () => {
    server.lets.add('Bearer one');
    await kubeconfig({ token: 'one' });
    const cluster = open();
    await cluster.get(key);
    const before = server;
    server = await securedApiServer(own, []);
    server.lets.add('Bearer one');
    await before[Symbol.asyncDispose]();
    await kubeconfig({ token: 'one' });

    expect(await cluster.get(key)).toMatchObject({ kind: 'ConfigMap' });
    expect(server.let).not.toEqual([]);
  });

  test('that expire while it is watched are told of, and nothing is lost when they are renewed', async () => {
    server.lets.add('Bearer one');
    await kubeconfig({ token: 'one' });
    const watching = { api: open(), platform: '0a1b2c3d', burstMs: 1, longestWaitMs: 40 };
    await using cache = openClusterCache(watching);
    await cache.ready();
    expect(cache.lostBecause()).toBeUndefined();

    server.lets.clear();
    server.lets.add('Bearer two');
    server.cut();
    await vi.waitFor(() => expect(cache.lostBecause()?.code).toBe('cluster-credentials'));
    const { detail, fix } = cache.lostBecause() ?? {};
    await kubeconfig({ token: 'two' });

    await vi.waitFor(() => expect(cache.lostSince()).toBeUndefined());
    expect(detail).toMatch(/berlin does not accept our credentials \(401\): they have expired/);
    expect(fix).toMatch(/Renew the credentials of the context/);
    await cache.ready();
  });

  test('go through the proxy that the kubeconfig names', async () => {
    server.lets.add('Bearer one');
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const through = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        through.pipe(socket).pipe(through);
      });
      for (const one of [through, socket]) one.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => {
      proxy.listen(0, '127.0.0.1', resolve);
    });
    const { port } = proxy.address() as AddressInfo;
    await kubeconfig({ token: 'one' }, { 'proxy-url': `http://127.0.0.1:${port}` });

    await open().get(key);

    expect(asked[0]).toBe(`127.0.0.1:${server.port}`);
    proxy.closeAllConnections();
    proxy.close();
  });

  const refused: Readonly<
    Record<string, () => Promise<readonly [object, object, RegExp, RegExp]>>
  > = {
    'a program that asks a person': async () => [
      { exec: { command: './login', apiVersion: v1, interactiveMode: 'Always' } },
      {},
      /asks a person at a terminal/,
      /a service account/,
    ],
    'a way of programs that is not known': async () => [
      { exec: { command: './login', apiVersion: `${v1}alpha1` } },
      {},
      /\.\/login give credentials in the way .*v1alpha1, which is not known/,
      /v1, client\.authentication\.k8s\.io\/v1beta1/,
    ],
    'a program that answers otherwise than it is asked': async () => {
      const apiVersion = `${v1}beta1`;
      const command = await program('other', { apiVersion, status: { token: 'x' } });
      return [
        { exec: { command, apiVersion: v1 } },
        {},
        /\.\/other answers in the way .*v1beta1/,
        /Write apiVersion: client\.authentication\.k8s\.io\/v1beta1/,
      ];
    },
    'a program that answers with something else': async () => {
      const command = await program('odd', { token: 'x' });
      return [{ exec: { command, apiVersion: v1 } }, {}, /no credentials that/, /ExecCredential/];
    },
    'a token file that is not there': async () => [
      { tokenFile: 'nowhere' },
      {},
      /the token file .*nowhere cannot be read/,
      /Renew the credentials/,
    ],
    'a proxy of another kind': async () => [
      { token: 'one' },
      { 'proxy-url': 'socks5://127.0.0.1:1' },
      /the proxy socks5:.* only http and https/,
      /./,
    ],
    'a certificate that the kubeconfig does not trust': async () => [
      { token: 'one' },
      { 'certificate-authority': 'ana.crt' },
      /certificate of the cluster berlin .* is not trusted/,
      /certificate-authority/,
    ],
  };
  test.each(Object.entries(refused))('are refused with a remedy: %s', async (_title, make) => {
    const [user, cluster, says, remedy] = await make();
    await kubeconfig(user, cluster);

    const { detail, fix } = await problemOf(open().get(key));

    expect(detail).toMatch(says);
    expect(fix).toMatch(remedy);
  });
});
