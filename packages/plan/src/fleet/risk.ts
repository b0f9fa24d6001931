import type { RenderedChange } from './rendered-difference.ts';

/** What can go wrong, the worst last. */
export const risks = ['labels', 'settings', 'instances', 'network', 'stateful', 'removal'] as const;
export type Risk = (typeof risks)[number];

export const riskRank = (risk: Risk): number => risks.indexOf(risk);

const stateful: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'StatefulSet',
  'PersistentVolumeClaim',
  'Secret',
  'ExternalSecret',
]);
const network: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'NetworkPolicy',
  'HTTPRoute',
  'Ingress',
  'Service',
]);
const running: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'Deployment',
  'CronJob',
  'Job',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
]);

/** What one change puts at stake. */
export function riskOf(change: RenderedChange): Risk {
  const { kind, path } = change;
  if (path.length === 0 && change.after === undefined) return 'removal';
  if (path[0] === 'metadata') return 'labels';
  if (stateful.has(kind)) return 'stateful';
  if (network.has(kind)) return 'network';
  return running.has(kind) ? 'instances' : 'settings';
}

/** The worst of them. */
export const worstRisk = (changes: readonly RenderedChange[]): Risk =>
  changes
    .map(riskOf)
    .reduce((worst, one) => (riskRank(one) > riskRank(worst) ? one : worst), 'labels');

const withPods: ReadonlySet<string> = /* @__PURE__ */ new Set(['Deployment', 'StatefulSet']);

/** Whether instances start again: everything in the template of a pod makes new pods. */
export const startsAgain = (changes: readonly RenderedChange[]): boolean =>
  changes.some(
    ({ kind, path }) => withPods.has(kind) && path[0] === 'spec' && path[1] === 'template',
  );
