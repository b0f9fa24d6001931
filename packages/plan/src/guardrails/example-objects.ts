import type { Guardrail, PlacementObject } from '@pltf/contracts';
import { cloneJson, isJsonObject, type JsonObject, type JsonValue } from '../template/json.ts';

/** A service in production that every shipped guardrail lets through. */
const placement: PlacementObject = {
  apiVersion: 'pltf.dev/v1',
  kind: 'Placement',
  metadata: {
    name: 'users-api',
    namespace: 'prod',
    labels: {
      'app.kubernetes.io/name': 'users-api',
      'app.kubernetes.io/managed-by': 'pltf',
      'pltf.dev/component': 'users-api',
      'pltf.dev/environment': 'prod',
      'pltf.dev/kind': 'service',
      'pltf.dev/owner': 'team-identity',
      'pltf.dev/tier': '2',
    },
    annotations: {},
  },
  spec: {
    component: 'users-api',
    kind: 'service',
    owner: 'team-identity',
    tier: 2,
    environment: 'prod',
    environmentKind: 'stable',
    region: 'eu',
    runtime: 'agent',
    goldenPath: { id: 'node-service', version: '1.0.0', maturity: 'supported' },
    policy: {},
    data: {
      classes: [],
      encryptedAtRest: true,
      encryptedInTransit: true,
      maskedLogs: false,
    },
    run: {
      command: ['node', 'server.js'],
      port: 8080,
      health: '/healthz',
      size: 'small',
      memoryMiB: 256,
      cpu: 0.25,
      instances: { minimum: 2, maximum: 4 },
      env: { LOG_LEVEL: 'info' },
      drainMs: 30_000,
      startTimeoutMs: 30_000,
    },
    routes: [{ host: 'users-api.example.com', public: true, signIn: false }],
    needs: {},
    objective: { availability: 99.9, latency: { p99: 300 } },
    cost: { monthly: 24.5, budget: 40, currency: 'EUR' },
  },
};

const labels = {
  'app.kubernetes.io/name': 'users-api',
  'app.kubernetes.io/managed-by': 'pltf',
  'pltf.dev/component': 'users-api',
  'pltf.dev/environment': 'prod',
  'pltf.dev/owner': 'team-identity',
};

const pinned = `registry.example.com/users-api@sha256:${'0123456789abcdef'.repeat(4)}`;

const podSpec: JsonObject = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'users-api',
      image: pinned,
      resources: {
        requests: { cpu: '250m', memory: '256Mi' },
        limits: { cpu: '250m', memory: '256Mi' },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      },
    },
  ],
};

const metadata = { name: 'users-api', namespace: 'prod', labels };

const examples: Readonly<Record<string, unknown>> = {
  placement,
  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 2,
      selector: { matchLabels: { 'app.kubernetes.io/name': 'users-api' } },
      template: { metadata: { labels }, spec: podSpec },
    },
  },
  cronjob: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule: '0 3 * * *',
      jobTemplate: {
        spec: { template: { metadata: { labels }, spec: { ...podSpec, restartPolicy: 'Never' } } },
      },
    },
  },
  pod: { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec },
};

/** A whole object of a kind that guardrails look at, which every shipped one lets through; a copy. */
export const exampleObject = (name: 'placement' | 'deployment' | 'cronjob' | 'pod'): JsonObject =>
  cloneJson(examples[name]) as JsonObject;

type Case = Guardrail['spec']['cases'][number];

/** The object of a case and what was there before, whole. */
export function caseObjects(
  { spec: { example } }: Guardrail,
  { object, oldObject }: Case,
): { readonly object: JsonObject; readonly oldObject: JsonObject | undefined } {
  const base = typeof example === 'string' ? exampleObject(example) : (example as JsonObject);
  const whole = (told: JsonValue): JsonObject => {
    const merged = base === undefined ? told : mergePatch(base, told);
    return isJsonObject(merged) ? merged : {};
  };
  return {
    object: whole(object),
    oldObject: oldObject === undefined ? undefined : whole(oldObject),
  };
}

/** RFC 7396. */
export function mergePatch(target: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
}
