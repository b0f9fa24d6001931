import { setTimeout as sleep } from 'node:timers/promises';
import { JournalEntry } from '@pltf/contracts';
import type { ObservationCursor, ObservationIntake } from '../../../modules/runtime/index.ts';
import type { AgentClient } from './agent-client.ts';

export interface JournalFollowerOptions {
  readonly agent: AgentClient;
  readonly cursor: ObservationCursor;
  readonly intake: ObservationIntake;
  /** Told when the agent is lost and found, so that what is shown can say so. */
  readonly onLost: (error: unknown) => void;
  readonly onFound: () => void;
}

const firstDelayMs = 50;
const longestDelayMs = 2_000;

/** Reads the agent's journal after the cursor, for ever; each entry is taken in before the cursor moves on. */
export class JournalFollower implements AsyncDisposable {
  readonly #options: JournalFollowerOptions;
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(options: JournalFollowerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    let delay = firstDelayMs;
    while (!this.#abort.signal.aborted) {
      try {
        await this.#follow(() => {
          delay = firstDelayMs;
        });
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#options.onLost(error);
      }
      await sleep(delay, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      delay = Math.min(delay * 2, longestDelayMs);
    }
  }

  async #follow(onEntry: () => void): Promise<void> {
    const { agent, cursor, onFound } = this.#options;
    const after = await cursor.read();
    const path = `/v1/journal?after=${after}&follow=1`;
    const found = agent
      .send({ method: 'GET', path: '/v1/health', signal: this.#abort.signal })
      .then(onFound);
    await found;
    for await (const entry of agent.lines(path, JournalEntry, this.#abort.signal)) {
      onEntry();
      await this.#take(entry);
      await cursor.write(entry.seq);
    }
  }

  async #take({ entry }: JournalEntry): Promise<void> {
    const { intake } = this.#options;
    switch (entry.type) {
      case 'placement-observed':
        return intake.observed(entry.placement);
      case 'placement-gone':
        return intake.gone(entry.id);
      case 'instance-ended':
        return intake.instanceEnded(entry.placement, entry.instance, entry.reason);
      case 'task-finished':
        // Whoever started the task waits for it through the agent and needs no other news.
        return undefined;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}
