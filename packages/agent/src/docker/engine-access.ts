import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEngine } from '@pltf/contracts';
import { PltfError } from '@pltf/contracts';
import type { Logger } from 'pino';
import { type ContainerWatch, createContainerWatch } from './container-watch.ts';
import { EngineFacts } from './engine-answers.ts';
import { createEngineClient, type EngineClient, isUnavailable } from './engine-client.ts';

/** The engine as everything here shares it: one client, one watch, one opinion on whether it answers. */
export interface EngineAccess {
  readonly client: EngineClient;
  readonly watch: ContainerWatch;
  /** What was found at the last look, some seconds ago at most. */
  facts(): Promise<ContainerEngine>;
  /** Repeats work while the engine does not answer; `say` hears of it once. Throws when the time is over. */
  patiently<T>(work: () => Promise<T>, options: Patience): Promise<T>;
  /** Whoever waits is not answered any more; what runs in the engine runs on. */
  close(): Promise<void>;
}

export interface Patience {
  /** In milliseconds; Infinity waits until this agent ends. */
  readonly forMs: number;
  readonly say: (text: string) => void;
}

const greetMs = 1000;
const freshMs = 2000;
/** What was not done when this agent ended is the next one's. */
const never = new Promise<never>(() => undefined);
const firstPauseMs = 50;
const longestPauseMs = 1000;

export function openEngineAccess(options: {
  readonly host: string;
  readonly agent: string;
  readonly log: Logger;
}): EngineAccess {
  const { host, agent, log } = options;
  const client = createEngineClient(host);
  const closing = new AbortController();
  let looked = Number.NEGATIVE_INFINITY;
  let facts: Promise<ContainerEngine> | undefined;
  let lost = false;

  const look = async (): Promise<ContainerEngine> => {
    try {
      await client.greet(greetMs);
      const path = '/info';
      const { ServerVersion } = await client.json({ method: 'GET', path }, EngineFacts);
      return { available: true, version: ServerVersion };
    } catch (error) {
      return {
        available: false,
        detail: error instanceof PltfError ? error.detail : String(error),
      };
    }
  };

  const watch = createContainerWatch({
    ...{ client, agent },
    onLost(error) {
      if (!lost) log.warn({ err: error }, 'the container engine does not answer');
      lost = true;
    },
    onFound() {
      if (lost) log.info('the container engine answers again');
      lost = false;
    },
  });

  return {
    client,
    watch,
    facts() {
      if (facts === undefined || performance.now() - looked > freshMs) {
        looked = performance.now();
        facts = look();
      }
      return facts;
    },
    async patiently(work, { forMs, say }) {
      const begin = performance.now();
      let told = false;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        try {
          return await work();
        } catch (error) {
          if (closing.signal.aborted) await never;
          if (!isUnavailable(error) || performance.now() - begin > forMs) throw error;
          if (!told && error instanceof PltfError) say(`${error.detail} Waiting for it.`);
          told = true;
        }
        await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    },
    close() {
      closing.abort();
      watch.close();
      return client.close();
    },
  };
}
