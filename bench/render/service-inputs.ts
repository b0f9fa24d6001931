import { PlacementObject } from '@pltf/contracts';
import { addedKinds, type ClusterFacts, type RenderInput, servedKinds } from '@pltf/plan';

/** A cluster with a gateway, and one that also reads figures, alerts and dashboards. */
export const plainCluster: ClusterFacts = {
  minor: 33,
  kinds: servedKinds(addedKinds.httpRoute),
  gateway: { name: 'public', namespace: 'gateways' },
};
export const watchedCluster: ClusterFacts = {
  ...plainCluster,
  kinds: servedKinds(addedKinds.httpRoute, addedKinds.serviceMonitor, addedKinds.prometheusRule),
  monitoring: { namespace: 'monitoring', labels: { release: 'prometheus' } },
};

/** Services that differ in every name, as a fleet does: a range of instances, an address, an objective. */
export const servicesOn = (
  cluster: ClusterFacts,
  count: number,
  environment = 'prod',
): readonly RenderInput[] =>
  Array.from({ length: count }, (_, index) => ({
    placement: placement(`users-api-${index}`, environment),
    release: {
      number: index + 1,
      commit: index.toString(16).padStart(40, '0'),
      image: `registry.example.com/users-api-${index}@sha256:${index.toString(16).padStart(64, '0')}`,
    },
    cluster,
    stamp: { specHash: `sha256:${index.toString(16).padStart(64, '0')}`, platformVersion: '0.1.0' },
  }));

const placement = (component: string, environment: string): PlacementObject =>
  PlacementObject.parse({
    apiVersion: 'pltf.dev/v1',
    kind: 'Placement',
    metadata: { name: component, namespace: environment, labels: {}, annotations: {} },
    spec: {
      component,
      kind: 'service',
      owner: 'team-identity',
      tier: 2,
      environment,
      environmentKind: 'stable',
      region: 'eu',
      runtime: 'cluster',
      policy: { pii: true, region: 'eu' },
      data: { classes: [], encryptedAtRest: false, encryptedInTransit: false, maskedLogs: false },
      run: {
        command: ['node', 'src/server.js'],
        port: 8080,
        health: '/healthz',
        metrics: '/metrics',
        size: 'small',
        memoryMiB: 256,
        cpu: 0.25,
        instances: { minimum: 2, maximum: 6 },
        env: { LOG_LEVEL: 'info' },
        drainMs: 30_000,
        startTimeoutMs: 30_000,
      },
      routes: [{ host: `${component}.example.com`, public: true, signIn: false }],
      needs: {},
      objective: { availability: 99.9, latency: { p99: 300 } },
      cost: { monthly: 12.5, currency: 'EUR' },
    },
  });
