/** Gathers names for a moment, then tells each of them once. */
export class ChangeBursts {
  readonly #afterMs: number;
  readonly #listeners = new Set<(name: string) => void>();
  #names = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  add(name: string): void {
    if (this.#listeners.size === 0) return;
    this.#names.add(name);
    this.#timer ??= setTimeout(() => this.#tell(), this.#afterMs);
  }

  listen(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  #tell(): void {
    const names = this.#names;
    this.#names = new Set();
    this.#timer = undefined;
    for (const name of names) for (const listener of this.#listeners) listener(name);
  }
}
