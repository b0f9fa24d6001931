import { PltfError } from '@pltf/contracts';

/** Commits that are on their way, by placement: a hosted repository takes a few a minute, each for many placements. */
export interface Writes extends AsyncDisposable {
  /**
   * Begins a commit unless the same one is on its way. Answers with it when it is there soon, else with undefined, and
   * has the placement looked at again when it is, or when it may be tried again. Throws what waiting does not heal.
   */
  of(placement: string, blob: string, begin: () => Promise<string>): Promise<string | undefined>;
  /** What a placement's commit waits for; undefined when none is on its way. */
  waiting(placement: string): string | undefined;
}

interface OnItsWay {
  readonly blob: string;
  readonly outcome: Promise<Outcome>;
  known: Outcome | undefined;
  /** Somebody is to be told of its end. */
  told: boolean;
  /** Milliseconds. */
  readonly began: number;
}

type Outcome =
  | { readonly ok: true; readonly commit: string }
  | { readonly ok: false; readonly error: unknown; readonly retryAt: number };

/** A pass waits so long for its commit, milliseconds: one to a repository at hand is there by then. */
const usuallySoonMs = 400;
const firstRetryMs = 5_000;
const longestRetryMs = 60_000;
const longestNote = 2_000;

export function writesInFlight(wake: (placement: string) => void, soonMs = usuallySoonMs): Writes {
  const onTheirWay = new Map<string, OnItsWay>();
  /** By placement: how often in a row the repository could not be written, and what it said last. */
  const failures = new Map<string, { readonly times: number; readonly error: unknown }>();
  const timers = new Set<NodeJS.Timeout>();
  const later = (placement: string, at: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      wake(placement);
    }, at - Date.now());
    timer.unref();
    timers.add(timer);
  };
  const settle = async (placement: string, made: Promise<string>): Promise<Outcome> => {
    try {
      const commit = await made;
      failures.delete(placement);
      return { ok: true, commit };
    } catch (error) {
      const before = failures.get(placement)?.times ?? 0;
      failures.set(placement, { times: before + 1, error });
      const wait = Math.min(firstRetryMs * 2 ** before, longestRetryMs);
      return { ok: false, error, retryAt: Date.now() + wait };
    }
  };
  const begin = (placement: string, blob: string, made: Promise<string>): OnItsWay => {
    const outcome = settle(placement, made);
    const one: OnItsWay = { blob, outcome, known: undefined, told: false, began: Date.now() };
    void outcome.then((known) => {
      one.known = known;
    });
    onTheirWay.set(placement, one);
    return one;
  };
  /** The one under way, when it is for the same contents and need not be tried again. */
  const current = (placement: string, blob: string): OnItsWay | undefined => {
    const known = onTheirWay.get(placement);
    if (known?.blob !== blob) return undefined;
    const again = known.known?.ok === false && Date.now() >= known.known.retryAt;
    return again ? undefined : known;
  };
  return {
    of: async (placement, blob, start) => {
      const one =
        current(placement, blob) ??
        begin(placement, blob, inOrder(onTheirWay.get(placement), start));
      const outcome = await soon(one.outcome, soonMs);
      if (outcome === undefined) {
        if (!one.told) void one.outcome.then((known) => later(placement, wakeTime(known)));
        one.told = true;
        return undefined;
      }
      if (outcome.ok) {
        if (onTheirWay.get(placement) === one) onTheirWay.delete(placement);
        return outcome.commit;
      }
      if (!isWait(outcome.error)) {
        onTheirWay.delete(placement);
        throw outcome.error;
      }
      if (!one.told) later(placement, outcome.retryAt);
      one.told = true;
      return undefined;
    },
    waiting: (placement) => {
      const one = onTheirWay.get(placement);
      if (one === undefined || one.known?.ok === true) return undefined;
      // While it is tried again, what it failed of before is still what is known.
      const error = one.known?.ok === false ? one.known.error : failures.get(placement)?.error;
      if (error === undefined) return 'waits to be committed together with others';
      return isWait(error)
        ? `could not be written, and is tried again: ${error.detail}. ${error.fix}`.slice(
            0,
            longestNote,
          )
        : undefined;
    },
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearTimeout(timer);
      await Promise.all([...onTheirWay.values()].map(({ outcome }) => outcome));
    },
  };
}

const wakeTime = (outcome: Outcome): number => (outcome.ok ? Date.now() : outcome.retryAt);

/** One commit of a placement after the other. */
async function inOrder(
  before: OnItsWay | undefined,
  start: () => Promise<string>,
): Promise<string> {
  await before?.outcome;
  return start();
}

const waits: ReadonlySet<string> = new Set([
  'environment-repository-busy',
  'environment-repository-unreachable',
  'environment-repository-refused',
  'environment-repository-taken',
]);

/** The network, another writer, credentials that somebody renews: it is tried again, and said. */
const isWait = (error: unknown): error is PltfError =>
  error instanceof PltfError && (waits.has(error.code) || error.kind.retryable);

async function soon(outcome: Promise<Outcome>, withinMs: number): Promise<Outcome | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}
