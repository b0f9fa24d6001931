import type { WaveStep } from './wave-rules.ts';
import type { MemberState, Wave, WaveMember } from './waves.ts';

/** How a placement that had the change handed to it stands. */
export interface Outcome {
  readonly placement: string;
  readonly state: Extract<MemberState, 'done' | 'failed' | 'held' | 'back'>;
  readonly reason?: string | undefined;
}

/** The waves once a step was taken. Halting and finishing are the change's, not the waves'. */
export function advance(waves: readonly Wave[], step: WaveStep, now: Date): readonly Wave[] {
  if (step.kind === 'settled') return changed(waves, step.wave, { settledAt: now });
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
  going: ['done', 'failed', 'back'],
  done: ['failed', 'back'],
  failed: ['back'],
  held: [],
  back: [],
};
const follows = (from: MemberState, to: MemberState): boolean => next[from].includes(to);

/** Somebody has seen what halted it, and goes on: what has failed so far, and how much is taken out, is accepted. */
export const accept = (waves: readonly Wave[]): readonly Wave[] => {
  const index = waves.findIndex(({ passedAt }) => passedAt === undefined);
  const wave = waves[index];
  if (wave === undefined) return waves;
  const failed = wave.members.filter(({ state }) => state === 'failed').length;
  // One more than none is accepted: a canary that had nothing to prove is no obstacle either.
  const accepted = Math.max(failed, 1);
  return changed(waves, index, { accepted, removalsAgreed: true });
};

const changed = (waves: readonly Wave[], index: number, change: Partial<Wave>): readonly Wave[] =>
  waves.map((wave, at) => (at === index ? { ...wave, ...change } : wave));
