import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PltfError } from '@pltf/contracts';
import {
  clusterPermissions,
  clusterRole,
  type JsonObject,
  type KubernetesObject,
  renderPlacement,
} from '@pltf/plan/render';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputWith } from '../../../../plan/src/render/kubernetes/testing/render-inputs.ts';
import { openClusterCache } from './cache/watched-cache.ts';
import type { ClusterApi, ObjectKey } from './cluster-api.ts';
import { checkCluster } from './http/check-access.ts';
import { Connection, type ConnectionOptions } from './http/connection.ts';
import { openCluster } from './http/http-cluster.ts';
import { readAccess } from './http/kubeconfig.ts';
import { realClusterOptions, withoutCluster } from './testing/real-cluster.ts';

const missing = withoutCluster();
const id = randomBytes(4).toString('hex');
const account = { name: `pltf-role-${id}`, namespace: `pltf-role-${id}` };

/** The permission that a request needs, by its method and its path. */
function permissionOf({
  method,
  path,
}: {
  readonly method: string;
  readonly path: string;
}): string {
  const { pathname, searchParams } = new URL(path, 'http://cluster');
  const [, root, ...rest] = pathname.split('/');
  const group = root === 'api' ? '' : (rest[0] ?? '');
  const after = rest.slice(root === 'api' ? 1 : 2);
  const inside = after[0] === 'namespaces' && after.length > 2 ? after.slice(2) : after;
  const [resource = '', name, subresource] = inside;
  const verbs: Readonly<Record<string, string>> = {
    PATCH: 'patch',
    DELETE: 'delete',
    POST: 'create',
  };
  const reads = name !== undefined ? 'get' : searchParams.has('watch') ? 'watch' : 'list';
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verbs[method] ?? reads} ${full}.${group}`;
}

const isDiscovery = (path: string): boolean =>
  /^\/(?:version|apis?|api\/v1|apis\/[^/]+\/[^/?]+)$/.test(path);

describe.skipIf(missing !== undefined)(
  `the role in a real cluster (${missing ?? 'of KUBECONFIG'})`,
  () => {
    let folder: string;
    let admin: ClusterApi;
    let cluster: ClusterApi;
    let options: ConnectionOptions;
    const asked: { readonly method: string; readonly path: string }[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pltf-role-'));
      admin = openCluster(realClusterOptions());
      for (const object of clusterRole(account)) {
        expect((await admin.apply(object as unknown as KubernetesObject)).ok).toBe(true);
      }
      options = {
        ...realClusterOptions(),
        context: 'role',
        onRequest: (request) => asked.push(request),
      };
      await writeKubeconfig(await tokenOf(account));
      cluster = openCluster(options);
    });
    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
      for (const object of [...clusterRole(account)].reverse()) await admin.delete(keyOf(object));
      await admin[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    const keyOf = (object: JsonObject | KubernetesObject): ObjectKey => {
      const metadata = object['metadata'] as JsonObject;
      const { namespace } = metadata as { readonly namespace?: string };
      return {
        apiVersion: object['apiVersion'] as string,
        kind: object['kind'] as string,
        name: metadata['name'] as string,
        namespace,
      };
    };

    async function tokenOf({ name, namespace }: typeof account): Promise<string> {
      await using connection = new Connection(realClusterOptions());
      const { body } = await connection.ask({
        method: 'POST',
        path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
        about: 'a token',
        body: JSON.stringify({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {},
        }),
        repeatable: true,
      });
      return (body as { status: { token: string } }).status.token;
    }

    async function writeKubeconfig(token: string): Promise<void> {
      const { kubeconfig, context } = realClusterOptions();
      const { server, ca, insecure } = await readAccess(kubeconfig, context);
      const file = join(folder, 'config');
      const trust = insecure
        ? { 'insecure-skip-tls-verify': true }
        : { 'certificate-authority-data': Buffer.from(ca ?? '').toString('base64') };
      await writeFile(
        file,
        JSON.stringify({
          clusters: [{ name: 'one', cluster: { server: server.href, ...trust } }],
          users: [{ name: 'role', user: { token } }],
          contexts: [{ name: 'role', context: { cluster: 'one', user: 'role' } }],
        }),
      );
      options = { ...options, kubeconfig: { files: [file], environment: {} } };
    }

    it('suffices, by what the cluster says', async () => {
      expect((await checkCluster(options)).missing).toEqual([]);
    });

    it('names what is missing for an account without it', async () => {
      await admin.delete({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        name: account.name,
      });
      const check = async (): Promise<number> => (await checkCluster(options)).missing.length;
      await expect.poll(check).toBe(clusterPermissions.length);
      const binding = clusterRole(account).find(({ kind }) => kind === 'ClusterRoleBinding');
      await admin.apply(binding as unknown as KubernetesObject);
      await expect.poll(check).toBe(0);
    });

    it('lets a placement be applied, watched and deleted, and every request is in its table', async () => {
      asked.length = 0;
      const component = `role-${id}`;
      const served = await cluster.served();
      const objects = renderPlacement(
        inputWith(
          { component, environment: 'prod' },
          { cluster: { minor: served.minor, kinds: served.kinds } },
        ),
      );
      const cache = openClusterCache({ api: cluster, platform: id });
      await cache.ready();
      for (const object of objects) {
        const labels = { ...object.metadata.labels, 'pltf.dev/platform': id };
        const marked = { ...object, metadata: { ...object.metadata, labels } };
        expect((await cluster.apply(marked)).ok, object.kind).toBe(true);
      }
      const [namespace] = objects;
      const name = namespace?.metadata.name ?? '';
      await expect.poll(() => cache.of(name).objects.length).toBeGreaterThan(5);
      await cluster.get(keyOf(objects.at(-1) as KubernetesObject));
      await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', name });
      // The cluster takes what is inside along, in its own time.
      const going = (): boolean =>
        cache.of(name).objects.every(({ kind, deleting }) => kind !== 'Namespace' || deleting);
      await expect.poll(going, { timeout: 20_000 }).toBe(true);
      await cache[Symbol.asyncDispose]();

      const table = new Set(
        clusterPermissions.map(({ group, resource, verb }) => `${verb} ${resource}.${group}`),
      );
      const needed = new Set(asked.filter(({ path }) => !isDiscovery(path)).map(permissionOf));
      expect([...needed].filter((permission) => !table.has(permission))).toEqual([]);
      expect(needed.size).toBeGreaterThan(30);
    });

    it('does not let secrets be read, and says what is not allowed', async () => {
      const problem = await cluster.list({ apiVersion: 'v1', kind: 'Secret' }).then(
        () => undefined,
        (error: unknown) => error,
      );

      expect(problem).toBeInstanceOf(PltfError);
      expect((problem as PltfError).code).toBe('cluster-forbidden');
      expect((problem as PltfError).detail).toMatch(/does not allow us to list secrets/);
    });
  },
);
