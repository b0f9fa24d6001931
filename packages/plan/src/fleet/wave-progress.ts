import { isUnproved, type WaveStep } from './wave-rules.ts';
import type { MemberState, Wave, WaveMember } from './waves.ts';

/** How a placement that had the change handed to it stands. */
export interface Outcome {
  readonly placement: string;
  readonly state: Extract<MemberState, 'done' | 'failed' | 'held' | 'back'>;
  readonly reason?: string | undefined;
}

/** The waves once a step was taken. Finishing is the change's, not the waves'. */
export function advance(waves: readonly Wave[], step: WaveStep, now: Date): readonly Wave[] {
  if (step.kind === 'settled') return changed(waves, step.wave, { settledAt: now });
  if (step.kind === 'halt') return changed(waves, step.wave, { halted: step.cause });
  if (step.kind === 'passed') return changed(waves, step.wave, { passedAt: now });
  if (step.kind !== 'go') return waves;
  const wave = waves[step.wave];
  if (wave === undefined) return waves;
  const [start, late] = [new Set(step.start), new Set(step.fail)];
  const minutes = Math.round(wave.rule.deadlineMs / 60_000);
  const members = wave.members.map((member): WaveMember => {
    if (start.has(member.placement)) return { ...member, state: 'going', startedAt: now };
    if (!late.has(member.placement)) return member;
    return { ...member, state: 'failed', reason: `it was not done within ${minutes} minutes` };
  });
  return changed(waves, step.wave, { members, startedAt: wave.startedAt ?? now });
}

/**
 * The waves with what placements tell. One that is done and fails while its wave soaks counts as failed; one that
 * has failed is not done again by itself.
 */
export function observe(waves: readonly Wave[], outcomes: readonly Outcome[]): readonly Wave[] {
  const told = new Map(outcomes.map((outcome) => [outcome.placement, outcome]));
  return waves.map((wave) => {
    if (!wave.members.some(({ placement }) => told.has(placement))) return wave;
    const members = wave.members.map((member) => {
      const outcome = told.get(member.placement);
      if (outcome === undefined || !follows(member.state, outcome.state)) return member;
      return { ...member, state: outcome.state, reason: outcome.reason ?? member.reason };
    });
    return { ...wave, members };
  });
}

const next: Readonly<Record<MemberState, readonly MemberState[]>> = {
  waiting: ['held'],
  going: ['done', 'failed', 'held', 'back'],
  done: ['failed', 'back'],
  failed: ['back'],
  held: [],
  back: [],
};
const follows = (from: MemberState, to: MemberState): boolean => next[from].includes(to);

/**
 * Somebody has seen what halted it, and goes on: what they could know is accepted, and no more. Failures so far, so that
 * the next one halts it again; that nothing of a canary took the change, once all of it has ended; and removals above the
 * budget only where these are what halted it.
 */
export const accept = (waves: readonly Wave[]): readonly Wave[] => {
  const index = waves.findIndex(({ passedAt }) => passedAt === undefined);
  const wave = waves[index];
  if (wave === undefined) return waves;
  return changed(waves, index, {
    halted: undefined,
    accepted: wave.members.filter(({ state }) => state === 'failed').length,
    removalsAgreed: wave.removalsAgreed || wave.halted === 'removals',
    unprovedAgreed: wave.unprovedAgreed || isUnproved(wave),
  });
};

const changed = (waves: readonly Wave[], index: number, change: Partial<Wave>): readonly Wave[] =>
  waves.map((wave, at) => (at === index ? { ...wave, ...change } : wave));
