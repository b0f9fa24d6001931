/** Repeats a piece of work for as long as somebody asks, never twice at once. */
export interface StepLoop {
  /** Asks; resolves when the work has nothing more to do. Calls meanwhile join in. */
  poke(): Promise<void>;
  /** Asks at a time, in milliseconds from now. The earliest of several wins. */
  pokeAfter(ms: number): void;
  /** Lets the work end and takes no more requests. */
  close(): Promise<void>;
}

export interface StepLoopOptions {
  /** Does what is to be done; true when it is to be asked again at once. */
  readonly pass: () => Promise<boolean>;
  readonly failed: (error: unknown) => void;
  readonly retryMs: number;
}

export function createStepLoop(options: StepLoopOptions): StepLoop {
  let working: Promise<void> | undefined;
  let asked = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let timerAt = Number.POSITIVE_INFINITY;

  const work = async () => {
    while (asked && !closed) {
      asked = false;
      try {
        if (await options.pass()) asked = true;
      } catch (error) {
        options.failed(error);
        asked = false;
        pokeAfter(options.retryMs);
      }
    }
  };

  const poke = (): Promise<void> => {
    asked = true;
    working ??= work().finally(() => {
      working = undefined;
      // Asked in the moment between the last look and this one.
      if (asked && !closed) void poke();
    });
    return working;
  };

  const pokeAfter = (ms: number) => {
    const at = performance.now() + ms;
    if (closed || at >= timerAt) return;
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(
      () => {
        timerAt = Number.POSITIVE_INFINITY;
        void poke();
      },
      Math.max(1, ms),
    );
  };

  return {
    poke,
    pokeAfter,
    async close() {
      closed = true;
      clearTimeout(timer);
      await working;
    },
  };
}
