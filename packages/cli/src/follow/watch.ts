import { type Client, type EventView, PltfError } from '@pltf/contracts';

export interface EventFilter {
  readonly component?: string;
  readonly operation?: string;
  readonly run?: string;
  /** Events after this one; from now on unless given. */
  readonly after?: number;
}

/** Tells when it is worth looking again: at each event, and every now and then when none can be had. */
export interface Watch {
  /** Events since the last call; empty when it is only time to look again. Ends early when aborted. */
  next(): Promise<readonly EventView[]>;
  close(): void;
}

/** With events coming in, a look without one only guards against what an event did not tell. */
const withEventsMs = 3000;
const withoutEventsMs = 400;
const reconnectMs = 500;

export function watchEvents(client: Client, filter: EventFilter, signal?: AbortSignal): Watch {
  const ended = new AbortController();
  const stop = () => ended.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const bell = createBell(ended.signal);
  const state = { live: false, buffer: [] as EventView[] };
  void listen(client, filter, ended.signal, state, bell.ring);
  return {
    async next() {
      if (state.buffer.length === 0) await bell.wait(state.live ? withEventsMs : withoutEventsMs);
      return state.buffer.splice(0);
    },
    close() {
      signal?.removeEventListener('abort', stop);
      stop();
    },
  };
}

/** Reads the stream of events until aborted, and opens it again after the last one seen when it breaks. */
async function listen(
  client: Client,
  { after: first, ...filter }: EventFilter,
  signal: AbortSignal,
  state: { live: boolean; buffer: EventView[] },
  ring: () => void,
): Promise<void> {
  let after = first;
  while (!signal.aborted) {
    try {
      const query = after === undefined ? filter : { ...filter, after };
      for await (const event of client.followEvents({ query }, { signal })) {
        after = event.seq;
        state.live = true;
        state.buffer.push(event);
        ring();
      }
    } catch (error) {
      // Without the right to follow, or from a platform that cannot stream, looking now and then remains.
      if (error instanceof PltfError && !error.kind.retryable) return;
    } finally {
      state.live = false;
    }
    await sleep(reconnectMs, signal);
  }
}

interface Bell {
  ring(): void;
  wait(milliseconds: number): Promise<void>;
}

function createBell(signal: AbortSignal): Bell {
  let wake: () => void = () => undefined;
  return {
    ring: () => wake(),
    async wait(milliseconds) {
      if (signal.aborted) return;
      const rung = new AbortController();
      wake = () => rung.abort();
      signal.addEventListener('abort', wake, { once: true });
      await sleep(milliseconds, rung.signal);
      signal.removeEventListener('abort', wake);
    },
  };
}

/** Ends after the time or when aborted, whichever is first. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end, { once: true });
  });
}
