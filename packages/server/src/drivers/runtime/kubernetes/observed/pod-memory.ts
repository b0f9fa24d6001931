import { within } from '../../../../kernel/within.ts';
import type { ClusterApi, LiveObject } from '../../../cluster/cluster-api.ts';

const metrics = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics' };
const withinMs = 300;

/** Memory in use by pod, in MiB, where the cluster measures it; empty where it does not: never shown as 0. */
export async function podMemory(
  cluster: ClusterApi,
  namespace: string,
): Promise<ReadonlyMap<string, number>> {
  try {
    const { kinds } = await cluster.served();
    if (!kinds.has(`${metrics.apiVersion}/${metrics.kind}`)) return new Map();
    const signal = within(withinMs);
    const { items } = await cluster.list(metrics, { namespace, signal });
    return new Map(
      items.flatMap((item) => {
        const used = memoryOf(item);
        return used === undefined ? [] : [[item.metadata.name, used] as const];
      }),
    );
  } catch {
    // Figures are worth no failure: the instances are shown without.
    return new Map();
  }
}

function memoryOf(item: LiveObject): number | undefined {
  const containers = item['containers'];
  if (!Array.isArray(containers)) return undefined;
  const used = (containers as readonly { readonly usage?: { readonly memory?: string } }[]).map(
    ({ usage }) => mebibytes(usage?.memory),
  );
  const known = used.filter((one) => one !== undefined);
  return known.length === 0 ? undefined : Math.round(known.reduce((sum, one) => sum + one, 0));
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  'Ki': 1024,
  'Mi': 1024 ** 2,
  'Gi': 1024 ** 3,
  'Ti': 1024 ** 4,
  'k': 1e3,
  'M': 1e6,
  'G': 1e9,
  'm': 1e-3,
};

/** A quantity of Kubernetes (`12345Ki`) in MiB; undefined for what is none. */
export function mebibytes(quantity: string | undefined): number | undefined {
  const parts = /^([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|k|M|G|m)?$/.exec(quantity ?? '');
  const unit = units[parts?.[2] ?? ''];
  return parts === null || unit === undefined ? undefined : (Number(parts[1]) * unit) / 1024 ** 2;
}
