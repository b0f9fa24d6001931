import { PltfError } from '@pltf/contracts';

/** Since when nothing new is known, and why. */
interface Loss {
  readonly since: Date;
  readonly because: PltfError;
}

/** What keeps us from knowing: of a whole cluster, or of a kind that was known and may not be read any more. */
export class Losses {
  #cluster: Loss | undefined;
  readonly #kinds = new Map<string, Loss>();

  current(): Loss | undefined {
    return this.#cluster ?? [...this.#kinds.values()][0];
  }

  /** `isKnown`: what was listed of the kind before grows old from now on. */
  failed(kind: string | undefined, error: unknown, isKnown: boolean): void {
    if (!(error instanceof PltfError)) return;
    const since = new Date();
    if (error.code === 'cluster-unreachable' || error.code === 'cluster-credentials')
      this.#cluster = { since, ...this.#cluster, because: error };
    else if (kind !== undefined && error.code === 'cluster-forbidden' && isKnown)
      this.#kinds.set(kind, { since, ...this.#kinds.get(kind), because: error });
  }

  reached(kind: string): void {
    this.#cluster = undefined;
    this.#kinds.delete(kind);
  }

  forget(kind: string): void {
    this.#kinds.delete(kind);
  }
}
