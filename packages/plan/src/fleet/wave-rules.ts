import type { HaltCause, Wave, WaveMember } from './waves.ts';

/** What is to be done next with a change that goes out. */
export type WaveStep =
  /** Hand these the change; `fail` are out of time. */
  | {
      readonly kind: 'go';
      readonly wave: number;
      readonly start: readonly string[];
      readonly fail: readonly string[];
    }
  /** All of the wave have ended: its soak begins. */
  | { readonly kind: 'settled'; readonly wave: number }
  /** Nothing to do before this moment, unless a placement tells something. */
  | { readonly kind: 'wait'; readonly until: Date | undefined }
  | { readonly kind: 'passed'; readonly wave: number }
  | {
      readonly kind: 'halt';
      readonly wave: number;
      readonly cause: HaltCause;
      readonly reason: string;
      readonly placements: readonly string[];
    }
  | { readonly kind: 'finish' };

const mostNamed = 5;

/** The next step of a running change. Pure: the same waves at the same moment give the same step. */
export function nextStep(waves: readonly Wave[], now: Date): WaveStep {
  const index = waves.findIndex(({ passedAt }) => passedAt === undefined);
  const wave = waves[index];
  if (wave === undefined) return { kind: 'finish' };
  const halt = haltOf(wave, index);
  if (halt !== undefined) return halt;
  const late = lateOf(wave, now);
  if (late.length > 0) return { kind: 'go', wave: index, start: [], fail: late };
  const going = wave.members.filter(({ state }) => state === 'going');
  const start = wave.members
    .filter(({ state }) => state === 'waiting')
    .slice(0, Math.max(0, wave.rule.atOnce - going.length))
    .map(({ placement }) => placement);
  if (start.length > 0) return { kind: 'go', wave: index, start, fail: [] };
  if (going.length > 0) return { kind: 'wait', until: firstDeadline(wave, going) };
  return afterAll(wave, index, now);
}

/** All of it have ended: it soaks, and passes. */
function afterAll(wave: Wave, index: number, now: Date): WaveStep {
  if (wave.settledAt === undefined) return { kind: 'settled', wave: index };
  const over = new Date(wave.settledAt.getTime() + wave.rule.soakMs);
  return over <= now ? { kind: 'passed', wave: index } : { kind: 'wait', until: over };
}

const failuresOf = ({ members }: Wave): readonly WaveMember[] =>
  members.filter(({ state }) => state === 'failed');

function haltOf(wave: Wave, index: number): WaveStep | undefined {
  const { rule, members } = wave;
  const halt = (cause: HaltCause, reason: string, placements: readonly WaveMember[]): WaveStep => ({
    ...{ kind: 'halt', wave: index, cause, reason },
    placements: placements.map(({ placement }) => placement),
  });
  const removals = members.filter(({ removal, state }) => removal && state !== 'held');
  if (removals.length > rule.deletions && !wave.removalsAgreed) {
    return halt(
      'removals',
      `${rule.ring} would take out ${removals.length} placements; its budget is ${rule.deletions}`,
      removals,
    );
  }
  const failed = failuresOf(wave);
  if (failed.length > Math.max(rule.maxFailures, wave.accepted)) {
    const reason = `${failedText(failed)} in ${rule.ring}: ${firstReason(failed)}`;
    return halt('failures', reason, failed);
  }
  if (rule.mandatory && isUnproved(wave) && !wave.unprovedAgreed) {
    return halt(
      'unproved',
      `nothing in ${rule.ring} took the change, and it has to be tried there first`,
      members,
    );
  }
  return undefined;
}

/** All of it has ended, and nothing of it took the change. */
export const isUnproved = ({ members }: Wave): boolean =>
  members.every(({ state }) => state !== 'waiting' && state !== 'going' && state !== 'done');

function failedText(failed: readonly WaveMember[]): string {
  const named = failed.slice(0, mostNamed).map(({ placement }) => placement);
  const more = failed.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} failed`;
}

const firstReason = (failed: readonly WaveMember[]): string =>
  failed.find(({ reason }) => reason !== undefined)?.reason ?? 'no reason was given';

const lateOf = ({ members, rule }: Wave, now: Date): readonly string[] =>
  members
    .filter(
      ({ state, startedAt }) =>
        state === 'going' &&
        startedAt !== undefined &&
        now.getTime() - startedAt.getTime() >= rule.deadlineMs,
    )
    .map(({ placement }) => placement);

function firstDeadline({ rule }: Wave, going: readonly WaveMember[]): Date | undefined {
  const starts = going.flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  return starts.length === 0 ? undefined : new Date(Math.min(...starts) + rule.deadlineMs);
}

/** What an abort takes back: all that had the change handed to them, those of the last wave first. */
export const toTakeBack = (waves: readonly Wave[]): readonly string[] =>
  waves
    .toReversed()
    .flatMap(({ members }) =>
      members
        .filter(({ state, removal }) => !removal && touched.has(state))
        .map(({ placement }) => placement),
    );

const touched: ReadonlySet<string> = /* @__PURE__ */ new Set(['going', 'done', 'failed']);
