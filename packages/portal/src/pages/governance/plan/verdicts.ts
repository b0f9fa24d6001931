import type { Verdict } from '@pltf/contracts';

/** What one guardrail says in the same words of one or more environments. */
export interface Said {
  readonly verdict: Verdict;
  readonly environments: readonly string[];
}

const order = ['deny', 'error', 'warn', 'excepted', 'pass'];
const severities = ['critical', 'high', 'medium', 'low'];

/** Verdicts that differ only by environment become one; the worst come first. */
export function saidOf(verdicts: readonly Verdict[]): readonly Said[] {
  const groups = new Map<string, { verdict: Verdict; environments: string[] }>();
  for (const verdict of verdicts) {
    const { guardrail, state, message = '', where = '', environment, exception } = verdict;
    const same = [guardrail, state, message, where, exception?.id ?? ''].join('\n');
    const group = groups.get(same) ?? { verdict, environments: [] };
    if (environment !== undefined && !group.environments.includes(environment))
      group.environments.push(environment);
    groups.set(same, group);
  }
  return [...groups.values()].toSorted(
    ({ verdict: one }, { verdict: other }) =>
      order.indexOf(one.state) - order.indexOf(other.state) ||
      severities.indexOf(one.severity) - severities.indexOf(other.severity) ||
      one.title.localeCompare(other.title, 'en'),
  );
}
