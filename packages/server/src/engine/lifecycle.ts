export interface Startable {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** Stops what was started, last first, under one deadline for all; answers with the names of what did not stop. */
export class Lifecycle {
  readonly #started: Startable[] = [];

  /** Remembers how to stop a thing that has just started. */
  started(name: string, stop: () => Promise<void>): void {
    this.#started.push({ name, stop });
  }

  async stop(deadlineMs: number): Promise<readonly string[]> {
    const until = Date.now() + deadlineMs;
    const stuck: string[] = [];
    for (const { name, stop } of this.#started.toReversed()) {
      const done = await within(stop, until - Date.now());
      if (!done) stuck.push(name);
    }
    this.#started.length = 0;
    return stuck;
  }
}

async function within(stop: () => Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, ms));
  });
  try {
    return await Promise.race([
      (async () => stop())().then(
        () => true,
        () => false,
      ),
      deadline,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
