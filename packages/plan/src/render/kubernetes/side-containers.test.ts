import { describe, expect, it } from 'vitest';
import { leftOut } from './left-out.ts';
import { renderPlacement } from './render-placement.ts';
import { inputWith, wholeCluster } from './testing/render-inputs.ts';
import { type Loose, one } from './testing/rendered-objects.ts';
import { morePortsOf } from './traffic.ts';

describe('a workload of several containers', () => {
  const workload = (minor = 33) =>
    inputWith(
      {
        needs: { cache: { kind: 'offer', offer: 'redis', plan: 'small' } },
        run: {
          image: '.',
          memoryMiB: 512,
          cpu: 1,
          args: ['--price', '$5'],
          env: { MODE: 'fast' },
          bound: {
            REDIS: 'redis://${needs.cache.username}@${needs.cache.host}/$$1',
            AT: '${route.host}',
          },
          files: {
            '/etc/app.conf': { content: 'mode=${environment.MODE}', mode: '0400', bound: true },
            '/etc/key': { content: '${needs.cache.password}', bound: true },
            '/etc/logo': { source: 'logo.png' },
          },
          volumes: { '/var/store': { volume: 'store', subPath: 'a' } },
          ports: {
            web: { port: 80, targetPort: 8080, protocol: 'TCP' },
            admin: { port: 9090, targetPort: 9090, protocol: 'TCP' },
          },
          startOrder: ['migrate', 'proxy', 'main', 'tail'],
          after: { migrate: 'complete', proxy: 'healthy' },
          containers: {
            migrate: { image: 'migrate:v1', env: { COST: '$(X)' } },
            proxy: {
              image: `envoy@sha256:${'a'.repeat(64)}`,
              env: {},
              probes: { readiness: { httpGet: { path: '/', port: 9901, host: 'envoy' } } },
              limits: { memoryMiB: 128, cpu: 0.25 },
            },
            tail: { image: 'tail:v1', env: {}, after: { main: 'started' } },
          },
        },
      },
      { cluster: { ...wholeCluster, minor } },
    );

  it('starts what others wait for first: to its end, or from before them on', () => {
    const { spec } = one(renderPlacement(workload()), 'StatefulSet').spec.template;

    expect(
      spec.initContainers.map(({ name, restartPolicy }: Loose) => [name, restartPolicy]),
    ).toEqual([
      ['migrate', undefined],
      ['proxy', 'Always'],
    ]);
    expect(spec.containers.map(({ name }: Loose) => name)).toEqual(['users-api', 'tail']);
    expect(spec.initContainers[1].startupProbe.httpGet).toEqual({
      path: '/',
      port: 9901,
      scheme: 'HTTP',
      httpHeaders: [{ name: 'Host', value: 'envoy' }],
    });
    const old = one(renderPlacement(workload(28)), 'StatefulSet').spec.template.spec;
    expect(old.containers.map(({ name }: Loose) => name)).toEqual(['users-api', 'proxy', 'tail']);
    expect(leftOut(workload(28)).map(({ what }) => what)).toContain('start of proxy before others');
  });

  it('fills places with what is known, and leaves the rest to the secrets of the needs', () => {
    const { spec } = one(renderPlacement(workload()), 'StatefulSet').spec.template;
    const [main] = spec.containers;

    expect(main.args).toEqual(['--price', '$$5']);
    expect(main.env).toEqual(
      expect.arrayContaining([
        { name: 'REDIS', value: 'redis://$(CACHE_USER)@$(CACHE_HOST)/$$1' },
        { name: 'AT', value: 'users-api.example.com' },
      ]),
    );
    expect(spec.initContainers[0].env).toEqual([{ name: 'COST', value: '$$(X)' }]);
    expect(spec.initContainers[0]).not.toHaveProperty('envFrom');
  });

  it('lays files into containers, and says of those that it cannot render why', () => {
    const objects = renderPlacement(workload());
    const files = one(objects, 'ConfigMap', 'users-api-files');
    const { spec } = one(objects, 'StatefulSet').spec.template;

    const [key = ''] = Object.keys(files.data);
    expect(Object.values(files.data)).toEqual(['mode=fast']);
    expect(spec.volumes.at(-1).configMap).toEqual({
      name: 'users-api-files',
      items: [{ key, path: key, mode: 0o400 }],
    });
    expect(spec.containers[0].volumeMounts).toEqual([
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'files', mountPath: '/etc/app.conf', subPath: key, readOnly: true },
      { name: 'volume-store', mountPath: '/var/store', subPath: 'a' },
    ]);
    expect(leftOut(workload()).map(({ what }) => what)).toEqual([
      'file /etc/key of users-api',
      'file /etc/logo of users-api',
    ]);
  });

  it('divides the size among its containers, with room in the quota for all of them', () => {
    const objects = renderPlacement(workload());
    const { spec } = one(objects, 'StatefulSet').spec.template;
    const memory = (container: Loose): string => container.resources.limits.memory;

    expect([...spec.initContainers, ...spec.containers].map(memory)).toEqual([
      '64Mi',
      '128Mi',
      '320Mi',
      '64Mi',
    ]);
    const { hard } = one(objects, 'ResourceQuota').spec;
    expect(Number(hard.pods) * 512).toBe(
      hard['limits.memory'].endsWith('Gi')
        ? Number.parseInt(hard['limits.memory'], 10) * 1024
        : Number.parseInt(hard['limits.memory'], 10),
    );
  });

  it('lets a side container be larger than all else', () => {
    const index = { image: 'index:v1', env: {}, limits: { memoryMiB: 3072 } };
    const objects = renderPlacement(inputWith({ run: { containers: { index } } }));

    const { containers } = one(objects, 'Deployment').spec.template.spec;
    expect(containers[1].resources.limits.memory).toBe('3Gi');
    expect(one(objects, 'LimitRange').spec.limits[0].max).toEqual({ memory: '3Gi' });
  });

  it('offers its further ports by their names, to those that may call it', () => {
    const objects = renderPlacement({
      ...workload(),
      callers: [{ component: 'web', label: 'web', environment: 'prod' }],
    });

    expect(one(objects, 'Service', 'users-api').spec.ports).toEqual([
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
      { name: 'admin', port: 9090, protocol: 'TCP', targetPort: 9090 },
    ]);
    expect(one(objects, 'NetworkPolicy', 'users-api-from-web--prod').spec.ingress[0].ports).toEqual(
      [
        { protocol: 'TCP', port: 8080 },
        { protocol: 'TCP', port: 9090 },
      ],
    );
  });

  it('lets a caller out to every port that it is let in to at the other end, and to no other', () => {
    const ports = {
      web: { port: 80, targetPort: 8080, protocol: 'TCP' as const },
      admin: { port: 9090, targetPort: 9000, protocol: 'TCP' as const },
      again: { port: 9091, targetPort: 9000, protocol: 'TCP' as const },
      events: { port: 514, targetPort: 5140, protocol: 'UDP' as const },
    };
    const users = inputWith(
      { run: { ports } },
      { callers: [{ component: 'web', label: 'web', environment: 'prod' }] },
    );
    const { run } = users.placement.spec;
    const peer = { component: 'users-api', label: 'users-api', environment: 'prod', port: 8080 };
    // Two needs that are the same service are one edge.
    const callees = { users: { ...peer, morePorts: morePortsOf(run) }, people: peer };

    const into = one(renderPlacement(users), 'NetworkPolicy', 'users-api-from-web--prod').spec;
    const web = renderPlacement(inputWith({ component: 'web' }, { callees }));
    const out = one(web, 'NetworkPolicy', 'web-to-users-api--prod').spec;

    const byNumber = (a: { port: number }, b: { port: number }) => a.port - b.port;
    const all = [
      { protocol: 'UDP', port: 5140 },
      { protocol: 'TCP', port: 8080 },
      { protocol: 'TCP', port: 9000 },
    ];
    expect(out.egress[0].ports).toEqual(all);
    expect(into.ingress[0].ports.toSorted(byNumber)).toEqual(all);
  });
});
