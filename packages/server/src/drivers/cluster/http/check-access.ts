import type { ClusterCheck } from '@pltf/contracts';
import { type ClusterPermission, clusterPermissions } from '@pltf/plan/render';
import { fieldAt } from '../json-read.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { discover } from './discovery.ts';

/** Asks a cluster whether it answers and lets the platform do its work; nothing is changed in it. */
export async function checkCluster(
  options: ConnectionOptions,
  signal?: AbortSignal,
): Promise<ClusterCheck> {
  await using connection = new Connection(options);
  const { minor } = await discover(connection, undefined, signal);
  const allowed = await Promise.all(
    clusterPermissions.map((permission) => isAllowed(connection, permission, signal)),
  );
  const missing = clusterPermissions.filter((_permission, index) => allowed[index] !== true);
  return { minor, missing: [...missing] };
}

async function isAllowed(
  connection: Connection,
  { group, resource, verb }: ClusterPermission,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [name, subresource] = resource.split('/');
  const resourceAttributes = {
    group,
    resource: name,
    verb,
    ...(subresource === undefined ? {} : { subresource }),
  };
  const { body } = await connection.ask({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    about: 'what we may do',
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }),
    signal,
    repeatable: true,
  });
  return fieldAt(body, 'status', 'allowed') === true;
}
