/** A placement as a plan gives it, with as many members. */
export const ordinaryPlacement = {
  apiVersion: 'pltf.dev/v1',
  kind: 'Placement',
  metadata: {
    name: 'users-api',
    namespace: 'prod',
    labels: { owner: 'team-users', tier: '2', 'cost-center': 'cc-12' },
    annotations: {},
  },
  spec: {
    component: 'users-api',
    kind: 'service',
    owner: 'team-users',
    tier: 2,
    environment: 'prod',
    environmentKind: 'stable',
    region: 'eu-1',
    runtime: 'agent',
    policy: { pii: true, region: 'eu-1' },
    data: {
      classes: ['pii.contact'],
      encryptedAtRest: true,
      encryptedInTransit: true,
      retention: '365d',
      maskedLogs: true,
    },
    run: { command: ['node', 'main.js'], port: 8080, instances: 2, memory: 268_435_456, cpu: 0.5 },
    image: 'registry.example/users-api@sha256:0123456789abcdef',
    routes: [{ host: 'users-api.localhost', public: true, signIn: true }],
    needs: { db: { type: 'postgres', plan: 'small', encrypted: true } },
    objective: { availability: 99.9, latency: { p95: 300 } },
    cost: { monthly: 12.5, budget: 100, currency: 'EUR' },
  },
};

/** Expressions of the kinds that guardrails consist of. */
export const ordinaryExpressions = [
  "object.spec.region in ['eu-1', 'eu-2']",
  "['owner', 'tier', 'cost-center'].all(t, t in object.metadata.labels && object.metadata.labels[t] != '')",
  "!(has(object.spec.policy.pii) && object.spec.policy.pii == true) || (object.spec.data.encryptedAtRest && object.spec.region.startsWith('eu-'))",
  "object.spec.routes.all(r, !r.public || r.signIn || !object.spec.data.classes.exists(c, c.startsWith('pii')))",
  "object.metadata.name.matches('^[a-z][a-z0-9-]*$')",
  "object.spec.?image.orValue('').contains('@sha256:')",
  '!has(object.spec.cost.budget) || object.spec.cost.monthly <= object.spec.cost.budget',
];
