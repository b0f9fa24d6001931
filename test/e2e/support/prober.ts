import { setTimeout as sleep } from 'node:timers/promises';
import { fetchUrl } from './tools.ts';

export interface ProbeFailure {
  readonly at: number;
  readonly what: string;
}

/** Asks an address again and again, as its users do. */
export function probe(url: string, everyMs = 20) {
  const failures: ProbeFailure[] = [];
  let asked = 0;
  let stopping = false;
  const running = (async () => {
    while (!stopping) {
      asked += 1;
      const at = Date.now();
      try {
        const { status } = await fetchUrl(url);
        if (status !== 200) failures.push({ at, what: `status ${status}` });
      } catch (error) {
        failures.push({ at, what: error instanceof Error ? error.message : String(error) });
      }
      await sleep(everyMs);
    }
  })();
  return {
    failures: (from: number, to: number): readonly ProbeFailure[] =>
      failures.filter(({ at }) => at >= from && at <= to),
    asked: (): number => asked,
    stop: async (): Promise<void> => {
      stopping = true;
      await running;
    },
  };
}
