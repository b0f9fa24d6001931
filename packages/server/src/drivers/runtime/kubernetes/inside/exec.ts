import { type ExecOutput, PltfError } from '@pltf/contracts';
import type { ExecRequest } from '../../../../modules/runtime/index.ts';
import type { ClusterApi } from '../../../cluster/cluster-api.ts';
import type { ClusterCache } from '../../../cluster/cluster-cache.ts';
import { namespaceOfPlacement } from '../rollout/placement-objects.ts';
import { podsByRole, programOf } from '../rollout/pods.ts';

export interface ExecDependencies {
  readonly cluster: ClusterApi;
  readonly cache: ClusterCache;
}

/**
 * Runs a command in a pod of the placement: the one named, else a ready one, those of the template that is wanted
 * first.
 */
export async function* execInPod(
  { cluster, cache }: ExecDependencies,
  placement: string,
  template: string | undefined,
  { command, stdin, instance }: ExecRequest,
  signal: AbortSignal,
): AsyncGenerator<ExecOutput> {
  await cache.ready(signal);
  const namespace = namespaceOfPlacement(placement);
  const { own, leaving } = podsByRole(cache.of(namespace), template);
  const running = [...own, ...leaving].filter(
    (pod) =>
      programOf(pod)?.state === 'running' && (instance === undefined || pod.name === instance),
  );
  const pod = running.find(({ ready }) => ready) ?? running[0];
  if (pod === undefined) {
    throw new PltfError('not-found', {
      detail: `${placement} has no instance${instance === undefined ? '' : ` ${instance}`} that runs`,
      fix: '`pltf show NAME` lists its instances; `pltf run NAME -- COMMAND` starts one of its own.',
    });
  }
  const container = programOf(pod)?.name;
  yield* cluster.exec(namespace, pod.name, { container, command, stdin, signal });
}
