import { PltfError } from '@pltf/contracts';

/** What one run of a template may use. */
export interface TemplateLimits {
  /** Milliseconds for rendering one text. */
  readonly renderMs: number;
  /** Look-ups, calls, outputs and turns of loops in the whole run. */
  readonly operations: number;
  /** Characters that expressions may put out in the whole run, and that one value may hold. */
  readonly characters: number;
  /** Characters of one text that is rendered. */
  readonly sourceCharacters: number;
  readonly files: number;
  readonly bytes: number;
  readonly logLines: number;
}

/** A golden path uses about 20,000 operations and 100 files; these stop run-aways, not people. */
export const templateLimits: TemplateLimits = {
  renderMs: 2_000,
  operations: 2_000_000,
  characters: 32_000_000,
  sourceCharacters: 2_000_000,
  files: 5_000,
  bytes: 100_000_000,
  logLines: 2_000,
};

const ticksBetweenLooksAtTheClock = 1024;

/** Counts what a run uses. Once it has been exceeded, nothing may catch that and go on. */
export class RenderMeter {
  readonly limits: TemplateLimits;
  readonly #now: () => number;
  #operations = 0;
  #characters = 0;
  #deadline = Number.POSITIVE_INFINITY;
  #sinceClock = 0;
  #sourceLength = 0;
  #exceeded: PltfError | undefined;

  constructor(limits: TemplateLimits, now: () => number) {
    this.limits = limits;
    this.#now = now;
  }

  get exceeded(): PltfError | undefined {
    return this.#exceeded;
  }

  /** Starts the clock for one text of `sourceLength` characters. */
  begin(sourceLength: number): void {
    if (sourceLength > this.limits.sourceCharacters) {
      this.#stop(`a text of ${sourceLength} characters is too large to be templated`);
    }
    this.#sourceLength = sourceLength;
    this.#deadline = this.#now() + this.limits.renderMs;
  }

  tick(count = 1): void {
    this.#operations += count;
    this.#sinceClock += count;
    if (this.#operations > this.limits.operations) {
      this.#stop(`more than ${this.limits.operations} operations`);
    }
    if (this.#sinceClock < ticksBetweenLooksAtTheClock) return;
    this.#sinceClock = 0;
    if (this.#now() > this.#deadline) this.#stop(`more than ${this.limits.renderMs} ms`);
  }

  /** Before a loop: each turn may put out the whole text once. */
  loop(turns: number): void {
    this.tick(turns);
    if (turns * this.#sourceLength > this.limits.characters * 8) {
      this.#stop(`a loop of ${turns} turns over a text of ${this.#sourceLength} characters`);
    }
  }

  /** Before a value of so many characters or items is made. */
  size(length: number): void {
    if (length > this.limits.characters) this.#stop(`a value of ${length} characters`);
  }

  produced(length: number): void {
    this.#characters += length;
    if (this.#characters > this.limits.characters) {
      this.#stop(`more than ${this.limits.characters} characters of output`);
    }
  }

  #stop(detail: string): never {
    this.#exceeded ??= new PltfError('template-invalid', {
      detail: `Rendering was stopped: ${detail}.`,
      fix: 'Shorten the loop or the value in the template; large files belong in copyWithoutTemplating.',
    });
    throw this.#exceeded;
  }
}
