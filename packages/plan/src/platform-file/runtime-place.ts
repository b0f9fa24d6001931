import type { PlatformFile, RuntimeRule } from '@pltf/contracts';

/**
 * What a runtime really is: two names for one machine, or for one cluster, are one place, and what leaves the one must
 * not be taken from the other.
 */
export function placeOf(rule: RuntimeRule): string {
  switch (rule.driver) {
    case 'agent':
      return 'agent';
    case 'kubernetes':
      return `cluster ${rule.context}`;
    case 'gitops':
      return `repository ${rule.repository} ${rule.ring}`;
  }
}

/** Whether two names of a platform file are one place; false where one of them is no runtime of it. */
export function isSamePlace(
  { runtimes }: Pick<PlatformFile, 'runtimes'>,
  left: string,
  current: string | undefined,
): boolean {
  const [a, b] = [runtimes[left], current === undefined ? undefined : runtimes[current]];
  return a !== undefined && b !== undefined && placeOf(a) === placeOf(b);
}

/** Which line of a rule leads to another place than it did; undefined while it is the same. */
export function leadsElsewhere(
  was: RuntimeRule,
  will: RuntimeRule,
): { readonly key: string; readonly before: string; readonly after: string } | undefined {
  const [old, next] = [wayTo(was), wayTo(will)];
  const key = Object.keys(old).find((name) => old[name] !== next[name]);
  return key === undefined
    ? undefined
    : { key, before: old[key] ?? 'none', after: next[key] ?? 'none' };
}

/** The lines of a rule that say where it is. */
function wayTo(rule: RuntimeRule): Readonly<Record<string, string>> {
  const { driver } = rule;
  switch (driver) {
    case 'agent':
      return { driver };
    case 'kubernetes':
      return { driver, context: rule.context };
    case 'gitops':
      return {
        ...{ driver, repository: rule.repository, branch: rule.branch, ring: rule.ring },
        ...followedBy(rule),
      };
  }
}

/** Who follows a ring, and how: what brought a placement to its cluster is not found by another one. */
export function followedBy(
  rule: Extract<RuntimeRule, { driver: 'gitops' }>,
): Readonly<Record<'agent' | 'cluster' | 'group' | 'hydrate' | 'namespace', string>> {
  const { agent, cluster, group, hydrate, namespace } = rule;
  const flux = agent === 'flux';
  return {
    ...{ agent, hydrate, cluster: cluster ?? "the agent's own" },
    group: group ?? (flux ? 'placement' : 'bucket'),
    namespace: namespace ?? (flux ? 'flux-system' : 'argocd'),
  };
}

type Runtimes = Pick<PlatformFile, 'runtimes'>;
type PulledRule = Extract<RuntimeRule, { driver: 'gitops' }>;

/** The context of the cluster in which placements of a repository are; undefined where the platform file does not say. */
const pulledInto = ({ target, cluster, context }: PulledRule): string | undefined =>
  target ?? (cluster === undefined ? context : undefined);

/**
 * How a placement goes from one runtime to another in the same cluster, where both name that cluster, so that no instance
 * of it is touched. `agent-first`: out of a repository; its agent lets go of it before the new one takes it over.
 * `agent-last`: into a repository; its agent takes it over, and then the old one lets go. Undefined for every other move.
 */
export function handedOver(
  { runtimes }: Runtimes,
  left: string,
  current: string | undefined,
): 'agent-first' | 'agent-last' | undefined {
  const [from, to] = [runtimes[left], current === undefined ? undefined : runtimes[current]];
  if (from?.driver === 'gitops' && to?.driver === 'kubernetes') {
    const one = from.cluster !== '*' && from.context !== undefined;
    return one && pulledInto(from) === to.context ? 'agent-first' : undefined;
  }
  if (from?.driver !== 'kubernetes' || to?.driver !== 'gitops') return undefined;
  return pulledInto(to) === from.context && to.cluster !== '*' ? 'agent-last' : undefined;
}

/**
 * An agent deletes from its cluster what leaves its repository. Where that may be the cluster on which a placement is
 * now, and its agent cannot be seen to let go of it, the repository keeps it: why, or undefined once the platform file
 * says that they are two, or the placement is handed over.
 */
export function pulledBeside(
  { runtimes }: Runtimes,
  left: string,
  current: string | undefined,
): string | undefined {
  const [a, b] = [runtimes[left], current === undefined ? undefined : runtimes[current]];
  if (a?.driver !== 'gitops' || b === undefined || b.driver === 'agent') return undefined;
  if (handedOver({ runtimes }, left, current) !== undefined) return undefined;
  const [from, to] = [pulledInto(a), b.driver === 'gitops' ? pulledInto(b) : b.context];
  if (from !== undefined && to !== undefined && from !== to) return undefined;
  if (from === undefined || to === undefined)
    return `its agent would delete it where it is now, if that is the same cluster: name \`target\` of both runtimes in the platform file`;
  const deletes = `its agent would delete it from ${from}, where it is now`;
  if (b.driver === 'gitops' || a.cluster === '*')
    return `${deletes}: take it out of the agent's hands first`;
  return `${deletes}, and nobody says when it has let go of it: name \`context\` of \`${left}\` in the platform file, where that agent runs`;
}
