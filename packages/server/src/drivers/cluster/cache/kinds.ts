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

/** Every kind that can be rendered and that the cluster serves, and Pods and Jobs. */
export function watchedKinds(served: Served, platform: string): readonly WatchedKind[] {
  const rendered = [...servedKinds(...Object.values(addedKinds))].filter(
    (name) => served.kinds.has(name) && !neverRendered.has(name),
  );
  return [...new Set([...rendered, ...madeByWorkloads])].map((name) => ({
    ...kindOf(name),
    labels: madeByWorkloads.has(name)
      ? 'app.kubernetes.io/managed-by=pltf'
      : `pltf.dev/platform=${platform}`,
  }));
}
