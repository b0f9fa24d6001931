import { addedKinds, servedKinds } from '@pltf/plan/render';
import type { Kind, Served } from '../cluster-api.ts';

export interface WatchedKind extends Kind {
  /** The label selector of its list and its watch. */
  readonly labels: string;
}

/** What a workload makes by itself has the labels of its template, and not the one of the installation. */
const madeByWorkloads = new Set(['v1/Pod', 'batch/v1/Job']);

/** Secrets are named, never rendered: the role of the platform does not even let it list them. */
const neverRendered = new Set(['v1/Secret']);

const kindOf = (name: string): Kind => {
  const slash = name.lastIndexOf('/');
  return { apiVersion: name.slice(0, slash), kind: name.slice(slash + 1) };
};

export const nameOfKind = ({ apiVersion, kind }: Kind): string => `${apiVersion}/${kind}`;

const workloads = [
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'batch/v1/CronJob',
  'batch/v1beta1/CronJob',
];

/**
 * Every kind that can be rendered and that the cluster serves, and Pods and Jobs. Of placements that others apply (`followed`)
 * only what runs: they bear the renderer's labels and not those of this installation.
 */
export function watchedKinds(
  { kinds }: Served,
  platform: string,
  followed = false,
): readonly WatchedKind[] {
  if (followed) {
    const labels = 'app.kubernetes.io/managed-by=pltf';
    const served = workloads.filter((name) => kinds.has(name));
    return [...madeByWorkloads, ...served].map((name) => ({ ...kindOf(name), labels }));
  }
  const rendered = [...servedKinds(...Object.values(addedKinds))].filter(
    (name) => kinds.has(name) && !neverRendered.has(name),
  );
  return [...new Set([...rendered, ...madeByWorkloads])].map((name) => ({
    ...kindOf(name),
    labels: madeByWorkloads.has(name)
      ? 'app.kubernetes.io/managed-by=pltf'
      : `pltf.dev/platform=${platform}`,
  }));
}
