import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PltfError } from '@pltf/contracts';
import type { KubernetesObject } from '@pltf/plan/render';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterApi, WatchEvent } from '../cluster-api.ts';
import { openCluster } from './http-cluster.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let folder: string;
let cluster: ClusterApi;
let seen: string[];
let handle: Handler;
let authorizations: (string | undefined)[];

const configMaps = { apiVersion: 'v1', kind: 'ConfigMap' };
const key = { ...configMaps, namespace: 'shop', name: 'web' };
const configMap: KubernetesObject = {
  ...configMaps,
  metadata: { name: 'web', namespace: 'shop', labels: {}, annotations: {} },
};
const resources = {
  kind: 'APIResourceList',
  resources: [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
    { name: 'pods/exec', kind: 'PodExecOptions', namespaced: true },
  ],
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pltf-cluster-'));
  seen = [];
  authorizations = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      authorizations.push(request.headers.authorization);
      if (discovery(request, response)) return;
      seen.push(`${request.method} ${request.url}`);
      handle(request, response, body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  await kubeconfig({ token: 'secret' });
  cluster = open();
});
afterEach(async () => {
  await cluster[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const port = (): number => (server.address() as AddressInfo).port;
const kubeconfig = (user: object, address = `http://127.0.0.1:${port()}`): Promise<void> =>
  writeFile(
    join(folder, 'config'),
    JSON.stringify({
      clusters: [{ name: 'one', cluster: { server: address } }],
      users: [{ name: 'me', user }],
      contexts: [{ name: 'dev', context: { cluster: 'one', user: 'me' } }],
    }),
  );
const open = (context = 'dev', more: object = {}): ClusterApi =>
  openCluster({
    name: 'berlin',
    context,
    kubeconfig: { files: [join(folder, 'config')], environment: { PATH: process.env['PATH'] } },
    ...more,
  });
const json = (
  response: ServerResponse,
  status: number,
  body: object,
  headers: object = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};
const failure = (message: string, more: object = {}): object => ({
  kind: 'Status',
  status: 'Failure',
  message,
  ...more,
});

/** The old way, group by group; a test that wants another answers itself. */
function discovery(request: IncomingMessage, response: ServerResponse): boolean {
  const answers: Readonly<Record<string, object>> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [{ versions: [{ groupVersion: 'broken.example/v1' }] }],
    },
    '/api/v1': resources,
    '/version': { minor: '27+' },
  };
  const answer = answers[request.url ?? ''];
  if (answer !== undefined) json(response, 200, answer);
  else if (request.url === '/apis/broken.example/v1') json(response, 404, failure('gone'));
  return answer !== undefined || request.url === '/apis/broken.example/v1';
}

async function problemOf(work: Promise<unknown>): Promise<PltfError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PltfError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what an API server refuses', () => {
  const refusals: readonly (readonly [string, number, string, string, RegExp])[] = [
    ['credentials of nobody', 401, 'Unauthorized', 'cluster-credentials', /berlin.*credentials/],
    [
      'a missing right',
      403,
      'configmaps "web" is forbidden: User "bot" cannot patch resource "configmaps" in API group "" in the namespace "shop"',
      'cluster-forbidden',
      /does not allow us to patch configmaps in shop/,
    ],
    [
      'a webhook',
      400,
      'admission webhook "labels.example.com" denied the request: no owner',
      'cluster-refused',
      /webhook labels\.example\.com.*ConfigMap shop\/web: no owner/,
    ],
    [
      'a policy',
      422,
      `configmaps "web" is forbidden: ValidatingAdmissionPolicy 'owners' with binding 'all' denied request: no owner`,
      'cluster-refused',
      /policy owners.*no owner/,
    ],
    [
      'a quota',
      403,
      'configmaps "web" is forbidden: exceeded quota: limits, requested: count/configmaps=1, used: count/configmaps=5, limited: count/configmaps=5',
      'cluster-refused',
      /quota limits.*asks for count\/configmaps=1; count\/configmaps=5 of count\/configmaps=5/,
    ],
    [
      'Pod Security',
      403,
      'pods "web" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
      'cluster-refused',
      /Pod Security restricted:latest.*runAsNonRoot/,
    ],
    [
      'a namespace that is going',
      403,
      'configmaps "web" is forbidden: unable to create new content in namespace shop because it is being terminated',
      'cluster-busy',
      /namespace shop is being deleted/,
    ],
    [
      'a field that an old server does not know',
      500,
      'failed to create typed patch object: .bogus: field not declared in schema',
      'cluster-refused',
      /\.bogus: field not declared/,
    ],
  ];

  it.each(refusals)('is told in words: %s', async (_title, status, message, code, detail) => {
    handle = (_request, response) => json(response, status, failure(message));
    const problem = await problemOf(cluster.apply(configMap));

    expect(problem.code).toBe(code);
    expect(problem.detail).toMatch(detail);
    expect(seen).toHaveLength(1);
  });

  it('names the fields that are not valid', async () => {
    const causes = [{ field: 'data.x', message: 'Required value' }];
    handle = (_request, response) =>
      json(response, 422, failure('ConfigMap "web" is invalid', { details: { causes } }));

    expect((await problemOf(cluster.apply(configMap))).errors).toEqual([
      { where: 'data.x', message: 'Required value' },
    ]);
  });

  it('names field and owner of a conflict', async () => {
    const message = 'conflict with "kubectl-edit" using v1 at 2026-01-01T00:00:00Z';
    const causes = [{ reason: 'FieldManagerConflict', field: '.data.a', message }];
    handle = (_request, response) =>
      json(response, 409, failure('conflicts', { details: { causes } }));

    expect(await cluster.apply(configMap)).toEqual({
      ok: false,
      conflicts: [{ field: '.data.a', manager: 'kubectl-edit' }],
    });
  });

  it('is a cluster that lacks a kind', async () => {
    const problem = await problemOf(
      cluster.apply({
        ...configMap,
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'ServiceMonitor',
      }),
    );

    expect(problem.code).toBe('cluster-refused');
    expect(problem.detail).toContain('does not serve monitoring.coreos.com/v1 ServiceMonitor');
    expect(seen).toEqual([]);
  });
});

describe('requests', () => {
  it('wait as long as the server says, and are sent again', async () => {
    handle = (_request, response) =>
      seen.length === 1
        ? json(response, 429, failure('too many'), { 'retry-after': '1' })
        : json(response, 200, configMap);
    const started = performance.now();
    await cluster.apply(configMap);

    expect(seen).toHaveLength(2);
    expect(performance.now() - started).toBeGreaterThan(950);
  });

  it('are sent again when the answer was lost, where that does no harm', async () => {
    handle = (request, response) => {
      if (seen.length === 1) request.socket.destroy();
      else json(response, 200, configMap);
    };
    expect((await cluster.apply(configMap)).ok).toBe(true);
    expect(seen).toHaveLength(2);

    seen = [];
    expect((await problemOf(cluster.patch(key, {}))).code).toBe('cluster-unreachable');
    expect(seen).toHaveLength(1);
  });

  it('are never more at once, nor more in a second, than agreed', async () => {
    let running = 0;
    let most = 0;
    handle = (_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        json(response, 200, configMap);
      }, 5);
    };
    await cluster[Symbol.asyncDispose]();
    cluster = open('dev', { inFlight: 4, perSecond: 100 });
    await cluster.get(key);
    const started = performance.now();
    await Promise.all(Array.from({ length: 60 }, () => cluster.get(key)));

    expect(most).toBe(4);
    expect(performance.now() - started).toBeGreaterThan(400);
  });

  it('say who applies, and what they send is the object', async () => {
    let sent = '';
    let type: string | undefined;
    handle = (request, response, body) => {
      sent = body;
      type = request.headers['content-type'];
      json(response, 200, configMap);
    };
    await cluster.apply(configMap, { force: true, dryRun: true });

    expect(seen).toEqual([
      'PATCH /api/v1/namespaces/shop/configmaps/web?fieldManager=pltf&fieldValidation=Strict&force=true&dryRun=All',
    ]);
    expect(type).toBe('application/apply-patch+yaml');
    expect(JSON.parse(sent)).toEqual(configMap);
    expect(authorizations.at(-1)).toBe('Bearer secret');
  });

  it('end with the signal', async () => {
    handle = () => undefined;
    const end = new AbortController();
    const asked = cluster.get(key, end.signal);
    setTimeout(() => end.abort(new Error('enough')), 50);

    await expect(asked).rejects.toThrow('enough');
  });
});

describe('lists and watches', () => {
  const item = (name: string): object => ({
    metadata: { name, namespace: 'shop', resourceVersion: '7' },
  });

  it('come in pages, and begin again when the server has forgotten where it was', async () => {
    handle = (request, response) => {
      if (request.url?.includes('continue=') !== true) {
        json(response, 200, {
          metadata: { continue: 'next', resourceVersion: '9' },
          items: [item('a')],
        });
      } else if (seen.length === 2) {
        json(response, 410, failure('expired'));
      } else {
        json(response, 200, { metadata: { resourceVersion: '9' }, items: [item('b')] });
      }
    };
    const { items, resourceVersion } = await cluster.list(configMaps, { labels: 'a=b' });

    expect(items.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'ConfigMap a',
      'ConfigMap b',
    ]);
    expect(resourceVersion).toBe('9');
    expect(seen[0]).toBe('GET /api/v1/configmaps?labelSelector=a%3Db&limit=500');
    expect(seen).toHaveLength(4);
  });

  const watch = async (from = '5'): Promise<readonly WatchEvent[]> => {
    const events: WatchEvent[] = [];
    const { signal } = new AbortController();
    for await (const event of cluster.watch(configMaps, { resourceVersion: from, signal }))
      events.push(event);
    return events;
  };

  it('tell events in the pieces in which they come, and end with the connection', async () => {
    const line = JSON.stringify({ type: 'ADDED', object: item('ü') });
    handle = (request, response) => {
      response.writeHead(200);
      const bytes = Buffer.from(
        `${line}\n${JSON.stringify({ type: 'BOOKMARK', object: item('x') })}\n`,
      );
      const cut = bytes.indexOf('ü') + 1;
      response.write(bytes.subarray(0, cut));
      setTimeout(() => {
        response.write(bytes.subarray(cut));
        setTimeout(() => request.socket.destroy(), 20);
      }, 20);
    };

    expect(await watch()).toMatchObject([
      { type: 'BOOKMARK', resourceVersion: '5' },
      { type: 'ADDED', object: { kind: 'ConfigMap', metadata: { name: 'ü' } } },
      { type: 'BOOKMARK', resourceVersion: '7' },
    ]);
  });

  it('say that a version is too old, before and in the middle of a watch', async () => {
    handle = (_request, response) => json(response, 410, failure('too old'));
    expect((await problemOf(watch())).code).toBe('watch-expired');

    handle = (_request, response) => {
      response.end(
        `${JSON.stringify({ type: 'ERROR', object: { code: 410, message: 'too old' } })}\n`,
      );
    };
    expect((await problemOf(watch())).code).toBe('watch-expired');
  });

  it('give the lines of a log with their times', async () => {
    handle = (_request, response) =>
      response.end('2026-01-01T00:00:00.1Z hello world\n2026-01-01T00:00:01Z \n');
    const { signal } = new AbortController();
    const lines = [];
    for await (const line of cluster.podLog('shop', 'web-1', { tail: 5, signal })) lines.push(line);

    expect(lines).toEqual([
      { at: '2026-01-01T00:00:00.1Z', text: 'hello world' },
      { at: '2026-01-01T00:00:01Z', text: '' },
    ]);
    expect(seen).toEqual([
      'GET /api/v1/namespaces/shop/pods/web-1/log?timestamps=true&tailLines=5',
    ]);
  });
});

describe('discovery', () => {
  it('goes on without a group whose server does not answer', async () => {
    expect(await cluster.served()).toMatchObject({ minor: 27, kinds: new Set(['v1/ConfigMap']) });
  });

  it('takes three requests where it is aggregated', async () => {
    const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const group = (name: string, kind: string, resource: string): object => ({
      metadata: { name },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [{ resource, responseKind: { kind }, scope: 'Namespaced' }],
        },
      ],
    });
    const asked: string[] = [];
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/version') json(response, 200, { minor: '33' });
      else {
        const items =
          request.url === '/api'
            ? [group('', 'ConfigMap', 'configmaps')]
            : [group('apps', 'Deployment', 'deployments')];
        json(response, 200, { items }, { 'content-type': aggregatedType });
      }
    });
    const served = await cluster.served();
    await cluster.served();

    expect([...served.kinds]).toEqual(['v1/ConfigMap', 'apps/v1/Deployment']);
    expect(asked.sort()).toEqual(['/api', '/apis', '/version']);
  });
});

describe('credentials', () => {
  const ok: Handler = (_request, response) => json(response, 200, configMap);

  it('come from a program, which is asked again when they have expired and not before', async () => {
    const count = join(folder, 'count');
    const credential = (token: string, inMs: number): string =>
      JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        status: { token, expirationTimestamp: new Date(Date.now() + inMs).toISOString() },
      });
    await writeFile(join(folder, 'first'), credential('first', 31_000));
    await writeFile(join(folder, 'second'), credential('second', 3_600_000));
    const program = join(folder, 'login');
    await writeFile(
      program,
      `#!/bin/sh\necho x >> ${count}\n[ -n "$KUBERNETES_EXEC_INFO" ] || exit 9\nif [ "$(wc -l < ${count})" -eq 1 ]; then cat ${folder}/first; else cat ${folder}/second; fi\n`,
    );
    await chmod(program, 0o700);
    await kubeconfig({
      exec: { command: './login', apiVersion: 'client.authentication.k8s.io/v1' },
    });
    handle = ok;
    await Promise.all([cluster.get(key), cluster.get(key)]);
    const before = await readFile(count, 'utf8');
    await sleep(1100);
    await cluster.get(key);

    expect(before.trim().split('\n')).toHaveLength(1);
    expect(authorizations.at(-1)).toBe('Bearer second');
  });

  it('tell what a program said that could not give them', async () => {
    await kubeconfig({
      exec: { command: '/bin/sh', args: ['-c', 'echo please log in >&2; exit 3'] },
    });
    const problem = await problemOf(cluster.get(key));

    expect(problem.code).toBe('cluster-credentials');
    expect(problem.detail).toMatch(/ended with 3: please log in/);
  });

  it('are read again when they are refused', async () => {
    handle = (request, response) =>
      request.headers.authorization === 'Bearer new'
        ? json(response, 200, configMap)
        : json(response, 401, failure('Unauthorized'));
    await cluster.served();
    await kubeconfig({ token: 'new' });

    expect(await cluster.get(key)).toMatchObject({ kind: 'ConfigMap' });
  });

  it('are missed by name when the context is not there', async () => {
    const other = open('prod');
    const problem = await problemOf(other.get(key));
    await other[Symbol.asyncDispose]();

    expect(problem.code).toBe('cluster-unknown');
    expect(problem.detail).toContain('prod');
    expect(problem.fix).toBe('There are: dev.');
  });

  it('are not asked for when nobody answers', async () => {
    await kubeconfig({}, 'http://127.0.0.1:1');
    const problem = await problemOf(cluster.get(key));

    expect(problem.code).toBe('cluster-unreachable');
    expect(problem.detail).toBe(
      'the cluster berlin at 127.0.0.1:1 does not answer: nothing listens there',
    );
  });
});
