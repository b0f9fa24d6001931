import type { RuntimeRule } from '@pltf/contracts';
import type { ClusterProblem } from './cluster-rules.ts';
import { followedBy } from './runtime-place.ts';

export type GitOpsRule = Extract<RuntimeRule, { driver: 'gitops' }>;
type Named = readonly [name: string, rule: GitOpsRule];

/**
 * What a runtime says of its environment repository and cannot work: an address that is none, words of the other agent,
 * and a ring that runtimes before it in the file have already, in another way.
 */
export function repositoryProblems(
  [name, rule]: Named,
  others: readonly Named[],
): readonly ClusterProblem[] {
  const { agent, cluster, secret, hydrate, repository } = rule;
  const problems: ClusterProblem[] = [];
  const add = (key: string, message: string, fix: string): void =>
    void problems.push({ key: [key], message, fix });
  if (!isAddress(repository))
    add(
      'repository',
      `\`${repository.slice(0, 80)}\` is no address of an environment repository`,
      "Write `https://host/owner/name.git` and name `credentials`, or an absolute path on the server's machine; ssh is not spoken.",
    );
  if (agent === 'flux' && cluster !== undefined)
    add('cluster', 'Flux brings placements to the cluster that it is in', 'Leave `cluster` out.');
  if (agent === 'flux' && hydrate === 'promoter')
    add(
      'hydrate',
      'a promoter moves branches that Argo CD follows, and `agent` is Flux',
      'Leave `hydrate` out, or write `agent: argocd`.',
    );
  if (agent === 'argocd' && secret !== undefined)
    add(
      'secret',
      '`secret` is what Flux reads the repository with',
      'Leave it out, and register the repository: `argocd repo add`.',
    );
  for (const other of others) problems.push(...clash([name, rule], other));
  return problems;
}

/** The same as the driver takes. */
function isAddress(repository: string): boolean {
  if (/^\/+[^/]/.test(repository)) return true;
  if (!URL.canParse(repository)) return false;
  const { protocol, username, password } = new URL(repository);
  return ['https:', 'http:', 'file:'].includes(protocol) && username === '' && password === '';
}

/** Followers are named for their ring: what two runtimes say of one name would be undone by turns. */
function clash([name, rule]: Named, [otherName, other]: Named): readonly ClusterProblem[] {
  if (rule.ring !== other.ring) return [];
  const one = placeIn(rule) === placeIn(other);
  const [own, its] = [followedBy(rule), followedBy(other)];
  const ways = { ...own, context: rule.context ?? '', target: rule.target ?? '' };
  const itsWays: Readonly<Record<string, string>> = {
    ...{ ...its, context: other.context ?? '', target: other.target ?? '' },
  };
  const key = Object.entries(ways).find(([word, value]) => itsWays[word] !== value)?.[0];
  const fix = `Give \`${name}\` a \`ring\` of its own.`;
  if (one && key !== undefined)
    return [
      {
        ...{ key: [key], fix },
        message: `\`${name}\` and \`${otherName}\` are the ring \`${rule.ring}\` of one repository, whose followers bring everything in it to the same clusters, and they differ in \`${key}\``,
      },
    ];
  const sameAgent =
    rule.context !== undefined &&
    rule.context === other.context &&
    own.agent === its.agent &&
    own.namespace === its.namespace;
  if (one || !sameAgent) return [];
  return [
    {
      ...{ key: ['ring'], fix },
      message: `\`${name}\` and \`${otherName}\` are followed in one place (${rule.context}) and both call their ring \`${rule.ring}\`: their followers would have the same names`,
    },
  ];
}

/** Where a ring is written; two ways to write one address are one. */
function placeIn({ repository, branch }: GitOpsRule): string {
  const address = URL.canParse(repository) ? new URL(repository).href : repository;
  return `${address.replace(/\/+$/, '').replace(/\.git$/, '')} ${branch}`;
}
