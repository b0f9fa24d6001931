import type { Outcome, Wave, WaveMember } from '@pltf/plan';
import type { Placement, Rollout } from '../runtime/index.ts';

/** Members of the wave under way that may have something to tell. */
export const watched = (waves: readonly Wave[]): readonly WaveMember[] =>
  (waves.find(({ passedAt }) => passedAt === undefined)?.members ?? []).filter(
    ({ state }) => state === 'going' || state === 'done',
  );

/**
 * How far one is that is taken out: it is done when its runtimes have proved that nothing of it is left. `unproved` says
 * what nobody can prove; `late` that its time is over, and then what is left is named.
 */
export function removalOutcome(
  id: string,
  placement: Placement | undefined,
  { unproved, late }: { readonly unproved: string | undefined; readonly late: boolean },
): Outcome | undefined {
  if (placement === undefined) {
    return unproved === undefined
      ? { placement: id, state: 'done' }
      : { placement: id, state: 'failed', reason: `it is ${unproved}` };
  }
  const leftovers = placement.observed?.leftovers ?? [];
  if (!late || leftovers.length === 0) return undefined;
  return { placement: id, state: 'failed', reason: `still there: ${leftovers.join(', ')}` };
}

/** How a placement took the change; undefined while nobody can say. */
export function outcomeOf(
  id: string,
  placement: Placement | undefined,
  rollout: Rollout | undefined,
): Outcome | undefined {
  if (placement === undefined || placement.state === 'removing') {
    // It proves nothing: nobody has seen it take the change.
    return { placement: id, state: 'held', reason: 'it was removed meanwhile' };
  }
  if (rollout === undefined) return undefined;
  const { state, step, reason } = rollout;
  if (state === 'failed' || state === 'rolled-back') {
    const went = state === 'failed' ? 'its rollout failed' : 'it went back by itself';
    return { placement: id, state: 'failed', reason: reason?.detail ?? went };
  }
  // Nothing goes on to the next wave on the word of nobody.
  if (step === 'committed')
    return { placement: id, state: 'failed', reason: reason?.detail ?? 'nobody reports' };
  if (state !== 'done') return undefined;
  return placement.observed?.phase === 'failed'
    ? { placement: id, state: 'failed', reason: 'its instances fail' }
    : { placement: id, state: 'done' };
}
