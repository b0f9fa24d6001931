import type { EnvironmentRule, RingRule } from '@pltf/contracts';
import { durationMs } from '../units.ts';

/** How a wave goes, times in milliseconds. */
export interface WaveRule {
  readonly ring: string;
  readonly soakMs: number;
  /** More failures than these halt the change. */
  readonly maxFailures: number;
  /** A placement that takes longer has failed. */
  readonly deadlineMs: number;
  /** Without one placement that took the change well, nothing goes on. */
  readonly mandatory: boolean;
  /** Placements that may be taken out in this wave. */
  readonly deletions: number;
  /** Placements under way at a time. */
  readonly atOnce: number;
}

export type MemberState = 'waiting' | 'going' | 'done' | 'failed' | 'held' | 'back';

/** One placement of a wave. */
export interface WaveMember {
  readonly placement: string;
  readonly state: MemberState;
  /** It is taken out, not changed. */
  readonly removal: boolean;
  readonly startedAt: Date | undefined;
  readonly reason: string | undefined;
}

export interface Wave {
  readonly rule: WaveRule;
  readonly members: readonly WaveMember[];
  readonly startedAt: Date | undefined;
  /** When the last of it had ended; its soak begins. */
  readonly settledAt: Date | undefined;
  readonly passedAt: Date | undefined;
  /** What it was halted for last; undefined when nothing of its own halted it. */
  readonly halted: HaltCause | undefined;
  /** Failures that somebody has seen and accepted by going on: one more halts it again. */
  readonly accepted: number;
  /** Somebody has agreed to more removals than the budget. */
  readonly removalsAgreed: boolean;
  /** Somebody has seen that nothing of it took the change well, and goes on. */
  readonly unprovedAgreed: boolean;
}

/** More removals than the budget; more failures than are borne; nothing that took the change where something has to. */
export const haltCauses = ['removals', 'failures', 'unproved'] as const;
export type HaltCause = (typeof haltCauses)[number];

export type ChangeState = 'running' | 'halted' | 'aborting' | 'aborted' | 'finished';

/** A placement as the planner of waves sees it. */
export interface WaveCandidate {
  readonly placement: string;
  readonly environment: string;
  readonly runtime: string;
  readonly removal: boolean;
  /** Why it must not be touched. */
  readonly held: string | undefined;
}

const usual: Omit<WaveRule, 'ring' | 'mandatory'> = {
  soakMs: 5 * 60_000,
  maxFailures: 0,
  deadlineMs: 30 * 60_000,
  deletions: 5,
  atOnce: 50,
};
/** For what no ring of the platform file names: it comes last. */
const restRing = 'rest';

/**
 * Waves in the order of the rings; without rings, one for each environment in the order of promotion, the first of which
 * is the canary. A placement is in the first ring that names its environment and runtime. Empty waves are left out, but
 * for mandatory ones: without its canary a change does not go out, unless all that it does is to take placements out.
 */
export function planWaves(
  rings: readonly RingRule[],
  environments: readonly EnvironmentRule[],
  candidates: readonly WaveCandidate[],
): readonly Wave[] {
  const rules = rings.length > 0 ? ringRules(rings) : environmentRules(environments);
  const members = new Map<string, WaveMember[]>(rules.map(({ rule }) => [rule.ring, []]));
  const rest: WaveMember[] = [];
  for (const one of candidates.toSorted((a, b) => (a.placement < b.placement ? -1 : 1))) {
    const found = rules.find(({ takes }) => takes(one));
    (found === undefined ? rest : (members.get(found.rule.ring) ?? rest)).push(memberOf(one));
  }
  const planned = rules.map(({ rule }) => waveOf(rule, members.get(rule.ring) ?? []));
  if (rest.length > 0) planned.push(waveOf({ ...usual, ring: restRing, mandatory: false }, rest));
  // What is only taken out has nothing to be tried first.
  const tries = rings.length > 0 && candidates.some(({ removal }) => !removal);
  return planned.filter(({ rule, members: own }) => own.length > 0 || (tries && rule.mandatory));
}

interface Sorting {
  readonly rule: WaveRule;
  takes(candidate: WaveCandidate): boolean;
}

const ringRules = (rings: readonly RingRule[]): readonly Sorting[] =>
  rings.map((ring, index) => ({
    rule: {
      ring: ring.name,
      soakMs: durationMs(ring.soak),
      maxFailures: ring.maxFailures,
      deadlineMs: durationMs(ring.deadline),
      mandatory: ring.mandatory ?? index === 0,
      deletions: ring.deletions,
      atOnce: ring.atOnce,
    },
    takes: ({ environment, runtime }) =>
      (ring.environments?.includes(environment) ?? true) &&
      (ring.runtimes?.includes(runtime) ?? true),
  }));

const environmentRules = (environments: readonly EnvironmentRule[]): readonly Sorting[] =>
  environments.map(({ name, kind }) => ({
    rule: { ...usual, ring: name, mandatory: false, ...(kind === 'preview' ? { soakMs: 0 } : {}) },
    takes: ({ environment }) => environment === name,
  }));

const memberOf = ({ placement, removal, held }: WaveCandidate): WaveMember => ({
  placement,
  removal,
  state: held === undefined ? 'waiting' : 'held',
  startedAt: undefined,
  reason: held,
});

const waveOf = (rule: WaveRule, members: readonly WaveMember[]): Wave => ({
  rule,
  members,
  startedAt: undefined,
  settledAt: undefined,
  passedAt: undefined,
  halted: undefined,
  accepted: 0,
  removalsAgreed: false,
  unprovedAgreed: false,
});
