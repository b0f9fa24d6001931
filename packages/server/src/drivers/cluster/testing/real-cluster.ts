import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { ClusterApi } from '../cluster-api.ts';
import type { ConnectionOptions } from '../http/connection.ts';
import { openCluster } from '../http/http-cluster.ts';
import { kubeconfigSource } from '../http/kubeconfig.ts';

/** Why there is no cluster to test with; undefined when there is one. */
export function withoutCluster(): string | undefined {
  const file = process.env['KUBECONFIG'];
  if (file === undefined || file === '') return 'skipped: KUBECONFIG names no cluster';
  try {
    contextOf(file);
    return undefined;
  } catch {
    return 'skipped: the file of KUBECONFIG cannot be read';
  }
}

const contextOf = (file: string): string =>
  (parse(readFileSync(file.split(':')[0] ?? '', 'utf8')) as { 'current-context': string })[
    'current-context'
  ];

/** How to get at the cluster of the current context of KUBECONFIG. */
export const realClusterOptions = (): ConnectionOptions => ({
  name: 'real',
  context: contextOf(process.env['KUBECONFIG'] ?? ''),
  kubeconfig: kubeconfigSource(process.env),
});

export const openRealCluster = (): ClusterApi => openCluster(realClusterOptions());
