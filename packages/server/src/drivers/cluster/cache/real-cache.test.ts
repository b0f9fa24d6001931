import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '@pltf/plan/render';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterApi } from '../cluster-api.ts';
import type { ClusterCache } from '../cluster-cache.ts';
import { openCluster } from '../http/http-cluster.ts';
import { readAccess } from '../http/kubeconfig.ts';
import { openRealCluster, realClusterOptions, withoutCluster } from '../testing/real-cluster.ts';
import { openClusterCache } from './watched-cache.ts';

const missing = withoutCluster();
const platform = randomBytes(4).toString('hex');
const namespace = `pltf-cache-${platform}`;

const marked = (kind: string, name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name,
    ...(kind === 'Namespace' ? {} : { namespace }),
    labels: { 'pltf.dev/platform': platform },
    annotations: { 'pltf.dev/applied': name },
  },
});

/** The way to a real API server, which can be cut. */
class Way implements AsyncDisposable {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(target: URL) {
    this.#target = target;
  }

  async open(): Promise<void> {
    const server = createServer((socket) => {
      const onward = connect(Number(this.#target.port || 443), this.#target.hostname);
      for (const [one, other] of [
        [socket, onward],
        [onward, socket],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => this.#sockets.delete(one));
        one.pipe(other);
      }
    });
    this.#server = server;
    await new Promise<void>((resolve) => {
      server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}

describe.skipIf(missing !== undefined)(
  `the cache of a real cluster (${missing ?? 'of KUBECONFIG'})`,
  () => {
    let folder: string;
    let way: Way;
    let admin: ClusterApi;
    let cluster: ClusterApi;
    let cache: ClusterCache;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pltf-cache-'));
      const options = realClusterOptions();
      const access = await readAccess(options.kubeconfig, options.context);
      way = new Way(access.server);
      await way.open();
      const user = {
        token: access.token,
        'client-certificate-data': encoded(access.cert),
        'client-key-data': encoded(access.key),
      };
      const server = `${access.server.protocol}//127.0.0.1:${way.port}`;
      const file = join(folder, 'config');
      await writeFile(
        file,
        JSON.stringify({
          clusters: [{ name: 'one', cluster: { server, 'insecure-skip-tls-verify': true } }],
          users: [{ name: 'me', user }],
          contexts: [{ name: 'dev', context: { cluster: 'one', user: 'me' } }],
        }),
      );
      const kubeconfig = { files: [file], environment: {} };
      cluster = openCluster({ name: 'real', context: 'dev', kubeconfig });
      admin = openRealCluster();
      await admin.apply(marked('Namespace', namespace));
      cache = openClusterCache({ api: cluster, platform, longestWaitMs: 500 });
      await cache.ready();
    });
    afterAll(async () => {
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
      await way[Symbol.asyncDispose]();
      await admin.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      await admin[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const encoded = (pem: string | undefined): string | undefined =>
      pem === undefined ? undefined : Buffer.from(pem).toString('base64');
    const configMaps = (): readonly string[] =>
      cache
        .of(namespace)
        .objects.filter(({ kind }) => kind === 'ConfigMap')
        .map(({ applied }) => applied ?? '')
        .sort();

    it('sees what is applied within a moment', async () => {
      const applied = await admin.apply(marked('ConfigMap', 'one'));
      const started = performance.now();
      await expect.poll(configMaps, { interval: 5 }).toEqual(['one']);

      expect(performance.now() - started).toBeLessThan(2000);
      expect(cache.namespaces()).toEqual([namespace]);
      const [seen] = cache.of(namespace).objects.filter(({ kind }) => kind === 'ConfigMap');
      expect(applied).toMatchObject({ object: { metadata: { uid: seen?.uid } } });
      expect(seen?.owned).toEqual({
        'f:metadata': {
          'f:annotations': { 'f:pltf.dev/applied': {} },
          'f:labels': { 'f:pltf.dev/platform': {} },
        },
      });
    });

    it('says that the API server is away, and knows what happened meanwhile once it is back', async () => {
      await admin.apply(marked('ConfigMap', 'two'));
      await expect.poll(configMaps).toEqual(['one', 'two']);
      await way.cut();
      await expect.poll(() => cache.lostSince()).toBeInstanceOf(Date);
      await admin.apply(marked('ConfigMap', 'three'));
      await admin.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'one' });
      const meanwhile = configMaps();
      await way.open();

      await expect.poll(configMaps, { timeout: 10_000 }).toEqual(['three', 'two']);
      expect(meanwhile).toEqual(['one', 'two']);
      await expect.poll(() => cache.lostSince()).toBeUndefined();
    });
  },
);
