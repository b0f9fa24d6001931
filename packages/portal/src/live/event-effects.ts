import type { EventView } from '@pltf/contracts';

/** The first words of query keys: each names one kind of answer. */
export type Topic =
  | 'me'
  | 'components'
  | 'component'
  | 'operation'
  | 'run'
  | 'runs'
  | 'releases'
  | 'rollouts'
  | 'activity'
  | 'task'
  | 'users'
  | 'teams'
  | 'tokens'
  | 'audit'
  | 'public-health'
  | 'guardrails'
  | 'verdicts'
  | 'exceptions'
  | 'requests'
  | 'debts'
  | 'personal-data'
  | 'component-plan'
  | 'platform'
  | 'health'
  | 'paths';

export type Touched = readonly [Topic, ...string[]];

type Facts = Pick<EventView, 'type' | 'component' | 'placement' | 'run' | 'operation'>;

const people = new Set(['user-added', 'user-changed', 'team-changed']);
const tokens = new Set(['token-created', 'token-revoked']);

/** Which answers an event makes old. A pure function of its facts, never of its contents. */
export function touchedBy(event: Facts): readonly Touched[] {
  const keys: Touched[] = [['activity'], ['audit']];
  if (event.operation !== undefined) keys.push(['operation', event.operation]);
  if (event.run !== undefined) keys.push(['run', event.run]);
  if (event.placement !== undefined) keys.push(['rollouts', event.placement]);
  if (event.type === 'task-started' || event.type === 'task-finished') keys.push(['task']);
  if (people.has(event.type)) keys.push(['users'], ['teams'], ['me']);
  if (tokens.has(event.type)) keys.push(['tokens']);
  keys.push(...governedBy(event.type));
  if (event.component === undefined) return keys;
  keys.push(['component', event.component], ['public-health']);
  if (event.type.startsWith('run-')) keys.push(['runs', event.component]);
  // A release's row also names where it is placed.
  if (/^(?:release|placement|rollout)-/.test(event.type)) keys.push(['releases', event.component]);
  return keys;
}

/** What is known of rules and of those who break them. */
function governedBy(type: string): readonly Touched[] {
  if (type.startsWith('exception-'))
    return [['exceptions'], ['guardrails'], ['verdicts'], ['debts'], ['component-plan']];
  if (type.startsWith('request-')) return [['requests'], ['debts']];
  if (type === 'guardrails-audited')
    return [['guardrails'], ['verdicts'], ['exceptions'], ['debts'], ['component-plan']];
  if (type === 'guardrail-denied') return [['exceptions']];
  if (type === 'platform-changed')
    return [['platform'], ['paths'], ['guardrails'], ['exceptions'], ['debts'], ['component-plan']];
  if (type === 'platform-refused' || type.startsWith('fleet-')) return [['platform']];
  // A run reads the thin file of its commit; what is declared there may be another thing now.
  if (/^(?:component|thin-file)-|^release-created$/.test(type))
    return [['personal-data'], ['component-plan']];
  return [];
}

/** Events after which the catalogue has other rows, not only other facts in one row. */
export const changesCatalogue = (event: Facts): boolean =>
  event.type.startsWith('component-') ||
  event.type === 'user-changed' ||
  event.type === 'team-changed';

/** What a bunch of events makes old, each once. */
export function touchedByAll(events: readonly Facts[]): readonly Touched[] {
  const keys = new Map<string, Touched>();
  for (const event of events) {
    for (const key of touchedBy(event)) keys.set(key.join('\u0000'), key);
  }
  return [...keys.values()];
}
