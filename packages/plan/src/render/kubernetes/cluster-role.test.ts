import { describe, expect, it } from 'vitest';
import { clusterPermissions, clusterRole, platformRole } from './cluster-role.ts';
import { addedKinds, servedKinds } from './input.ts';

const names = clusterPermissions.map(({ group, resource, verb }) => `${verb} ${resource}.${group}`);

/** `networking.k8s.io/v1/NetworkPolicy` as the role names it. */
function resourceOf(kind: string): string {
  const parts = kind.split('/');
  const name = (parts.pop() ?? '').toLowerCase();
  const group = parts.length === 2 ? parts[0] : '';
  const plural = name.endsWith('y')
    ? `${name.slice(0, -1)}ies`
    : name.endsWith('s')
      ? `${name}es`
      : `${name}s`;
  return `${plural}.${group}`;
}

describe('the role that a cluster gives to the platform', () => {
  it('allows everything that applying and watching needs, for every kind that is rendered', () => {
    const rendered = [...servedKinds(...Object.values(addedKinds))].filter(
      (kind) => kind !== 'v1/Secret',
    );

    for (const kind of rendered) {
      for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'delete']) {
        expect(names).toContain(`${verb} ${resourceOf(kind)}`);
      }
    }
  });

  it('allows nothing on secrets, roles or nodes, and no star', () => {
    expect(names.filter((name) => /secrets\.$|roles|nodes|\*/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is an account, a role and what binds both', () => {
    const objects = clusterRole({ name: 'pltf', namespace: 'pltf-system' });

    expect(objects.map(({ kind }) => kind)).toEqual([
      'Namespace',
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
    ]);
    expect(objects[3]).toMatchObject({
      roleRef: { name: 'pltf' },
      subjects: [{ kind: 'ServiceAccount', name: 'pltf', namespace: 'pltf-system' }],
    });
  });

  it('of a second platform in the same cluster leaves that of the first as it is', () => {
    const wholeCluster = (objects: ReturnType<typeof platformRole>) =>
      objects
        .filter(({ kind }) => typeof kind === 'string' && kind.startsWith('ClusterRole'))
        .map(({ metadata }) => (metadata as { readonly name: string }).name);

    expect(wholeCluster(platformRole())).toEqual(['pltf', 'pltf']);
    expect(wholeCluster(platformRole('shop'))).toEqual(['pltf-shop', 'pltf-shop']);
  });
});
