import type { PodLogLine, PodLogOptions } from '../cluster-api.ts';

interface Written extends PodLogLine {
  readonly previous: boolean;
  readonly container: string | undefined;
}

/** What programs in pods wrote. */
export class MemoryPodLogs {
  readonly #lines = new Map<string, Written[]>();
  readonly #waiters = new Set<() => void>();
  readonly #ends = new Map<string, number>();

  write(
    namespace: string,
    pod: string,
    text: string,
    options: {
      readonly at?: string;
      readonly previous?: boolean;
      readonly container?: string;
    } = {},
  ): void {
    const lines = this.#lines.get(`${namespace}/${pod}`) ?? [];
    this.#lines.set(`${namespace}/${pod}`, lines);
    lines.push({
      at: options.at ?? new Date().toISOString(),
      text,
      previous: options.previous ?? false,
      container: options.container,
    });
    for (const wake of [...this.#waiters]) wake();
  }

  /** Its container has ended: who follows it comes to the end of it. */
  end(namespace: string, pod: string): void {
    const name = `${namespace}/${pod}`;
    this.#ends.set(name, this.#endsOf(name) + 1);
    for (const wake of [...this.#waiters]) wake();
  }

  #endsOf(name: string): number {
    return this.#ends.get(name) ?? 0;
  }

  async *read(namespace: string, pod: string, options: PodLogOptions): AsyncGenerator<PodLogLine> {
    const lines = (): readonly Written[] =>
      (this.#lines.get(`${namespace}/${pod}`) ?? []).filter(
        (line) =>
          line.previous === (options.previous ?? false) &&
          (options.since === undefined || new Date(line.at) >= options.since) &&
          (options.container === undefined ||
            line.container === undefined ||
            line.container === options.container),
      );
    const ends = this.#endsOf(`${namespace}/${pod}`);
    let next = options.tail === undefined ? 0 : Math.max(0, lines().length - options.tail);
    while (!options.signal.aborted) {
      const line = lines()[next];
      if (line !== undefined) {
        next += 1;
        yield { at: line.at, text: line.text };
      } else if (options.follow === true && this.#endsOf(`${namespace}/${pod}`) === ends) {
        await this.#next(options.signal);
      } else {
        return;
      }
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
