import type { ClusterSettings } from '@pltf/contracts';

export interface ClusterProblem {
  /** Below the runtime; empty for the runtime itself. */
  readonly key: readonly string[];
  readonly message: string;
  readonly fix: string;
}

/** What the shape of a cluster's settings allows and does nothing, or cannot work. */
export function clusterProblems(
  name: string,
  settings: ClusterSettings,
  isUsed: boolean,
): readonly ClusterProblem[] {
  const { registry, gateway, ingressClass, ingressNamespace, issuer, entry, signIn } = settings;
  const problems: ClusterProblem[] = [];
  const add = (key: readonly string[], message: string, fix: string): void =>
    void problems.push({ key, message, fix });
  if (isUsed && registry === undefined)
    add(
      [],
      `the runtime \`${name}\` has no \`registry\`: its nodes could not get the images of releases`,
      'Name one that the agent can push to and the nodes can pull from: `registry: registry.example.com/pltf`.',
    );
  for (const [key, value] of Object.entries({ ingressNamespace, issuer }))
    if (value !== undefined && ingressClass === undefined)
      add([key], `\`${key}\` is of an Ingress, and there is none`, 'Name an `ingressClass`.');
  if (entry !== undefined && gateway === undefined && ingressClass === undefined)
    add(
      ['entry'],
      'there is no way in that `entry` could say something of',
      'Name a `gateway` or an `ingressClass`, or leave `entry` out.',
    );
  if (signIn !== undefined && gateway === undefined)
    add(['signIn'], '`signIn` is of a gateway, and there is none', 'Name a `gateway`.');
  return problems;
}
