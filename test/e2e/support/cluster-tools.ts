import { withoutCluster } from './cluster.ts';
import { withoutDocker } from './docker.ts';
import { withoutRegistry } from './registry.ts';

/** Why nothing can be tried with a cluster here; undefined when everything can. */
export const withoutClusterTools = async (): Promise<string | undefined> =>
  (await withoutCluster()) ?? (await withoutDocker()) ?? withoutRegistry();
