import { type EventView, PltfError } from '@pltf/contracts';
import { sleep, type Watch } from './watch.ts';

export interface Follow<T> {
  /** Reads the thing that is followed. */
  readonly read: () => Promise<T>;
  readonly watch: Watch;
  readonly isDone: (state: T) => boolean;
  readonly show: (state: T, events: readonly EventView[]) => void;
  readonly interrupted: AbortSignal;
  /** Called once when the platform stops answering, and again when it is back. */
  readonly onSilence?: (silent: boolean) => void;
  /** How to go on when the platform stays silent. */
  readonly resume: string;
}

const retryMs = 500;
/** How long a platform may be away (a restart takes seconds) before this gives up following it. */
const patienceMs = 120_000;

/**
 * Follows something to its end: reads it at each event, so that what is shown is what is, not what was told.
 * Undefined when the person interrupted; throws `unavailable` after two minutes without an answer.
 */
export async function followUntil<T>(follow: Follow<T>): Promise<T | undefined> {
  let events: readonly EventView[] = [];
  try {
    for (;;) {
      if (follow.interrupted.aborted) return undefined;
      const state = await readPatiently(follow);
      if (state === undefined) return undefined;
      follow.show(state, events);
      if (follow.isDone(state)) return state;
      events = await follow.watch.next();
    }
  } finally {
    follow.watch.close();
  }
}

async function readPatiently<T>(follow: Follow<T>): Promise<T | undefined> {
  const deadline = Date.now() + patienceMs;
  let silent = false;
  for (;;) {
    try {
      const state = await follow.read();
      if (silent) follow.onSilence?.(false);
      return state;
    } catch (error) {
      if (!(error instanceof PltfError) || !error.kind.retryable) throw error;
      if (Date.now() > deadline) {
        throw new PltfError('unavailable', {
          detail: error.detail,
          fix: follow.resume,
          cause: error,
        });
      }
      if (!silent) follow.onSilence?.(true);
      silent = true;
    }
    await sleep(retryMs, follow.interrupted);
    if (follow.interrupted.aborted) return undefined;
  }
}
