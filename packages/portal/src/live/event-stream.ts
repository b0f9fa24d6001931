import { EventType, EventView, endpointPath, eventsApi } from '@pltf/contracts';

export interface StreamListener {
  /** The stream is open; `again` when it was open before, so something may have been missed. */
  readonly onOpen: (again: boolean) => void;
  readonly onEvent: (event: EventView) => void;
  readonly onAway: () => void;
}

const firstWaitMs = 500;
const longestWaitMs = 5000;
/** A tab in the background gives its connection back: browsers open six to one origin, over all tabs. */
const hiddenMs = 20_000;
/** Doubles come from reconnections, close to each other. */
const remembered = 1000;

/**
 * Follows the platform's events over one connection. The browser reconnects by itself with Last-Event-ID;
 * where it gives up (an error status), this begins again after the last event with growing waits.
 */
export function followEvents(listener: StreamListener): () => void {
  let source: EventSource | undefined;
  let lastSeq: number | undefined;
  // By number and not by order: of two transactions the later number can be told first.
  const seen = new Set<number>();
  let opened = false;
  let waitMs = firstWaitMs;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const receive = (message: MessageEvent<string>): void => {
    const event = readEvent(message.data);
    if (event === undefined || seen.has(event.seq)) return;
    remember(event.seq);
    listener.onEvent(event);
  };
  const remember = (seq: number): void => {
    lastSeq = Math.max(lastSeq ?? 0, seq);
    seen.add(seq);
    for (const old of seen) {
      if (seen.size <= remembered) break;
      seen.delete(old);
    }
  };
  const disconnect = (): void => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const connect = (): void => {
    disconnect();
    source = new EventSource(endpointPath(eventsApi.followEvents, { query: { after: lastSeq } }));
    source.onopen = () => {
      waitMs = firstWaitMs;
      listener.onOpen(opened);
      opened = true;
    };
    source.onerror = () => {
      listener.onAway();
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, waitMs);
      waitMs = Math.min(longestWaitMs, waitMs * 2);
    };
    source.onmessage = receive;
    for (const type of EventType.options) source.addEventListener(type, receive);
  };
  const onVisibility = (): void => {
    if (document.visibilityState === 'visible') {
      if (source === undefined) connect();
      else clearTimeout(hiding);
    } else hiding = setTimeout(disconnect, hiddenMs);
  };
  let hiding: ReturnType<typeof setTimeout> | undefined;

  connect();
  document.addEventListener('visibilitychange', onVisibility);
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    clearTimeout(hiding);
    disconnect();
  };
}

/** An event of a kind that this portal does not know yet is left out: nothing here depends on it. */
function readEvent(text: string): EventView | undefined {
  try {
    return EventView.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
