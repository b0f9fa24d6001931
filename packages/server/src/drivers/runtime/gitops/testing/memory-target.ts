import { idOf, type Manifested, type SyncTarget } from './simulated-argo.ts';

type Health = 'Healthy' | 'Progressing' | 'Degraded';

/** A target without a cluster: keeps what was applied, and is as well as a test says. */
export class MemoryTarget implements SyncTarget {
  readonly objects = new Map<string, Manifested>();
  /** Everything that was ever applied, in order. */
  readonly applied: string[] = [];
  readonly #healths = new Map<string, Health>();
  refusal: string | undefined;

  /** How objects of a kind are from now on. */
  become(kind: string, health: Health): void {
    this.#healths.set(kind, health);
  }

  apply(object: Manifested): Promise<void> {
    if (this.refusal !== undefined) return Promise.reject(new Error(this.refusal));
    this.objects.set(idOf(object), object);
    this.applied.push(idOf(object));
    return Promise.resolve();
  }

  remove(object: Manifested): Promise<void> {
    this.objects.delete(idOf(object));
    return Promise.resolve();
  }

  health(object: Manifested): Promise<Health | 'Missing'> {
    if (!this.objects.has(idOf(object))) return Promise.resolve('Missing');
    return Promise.resolve(this.#healths.get(object.kind) ?? 'Healthy');
  }

  annotation(kind: string, key: string): string | undefined {
    const found = [...this.objects.values()].find((one) => one.kind === kind);
    return found?.metadata.annotations?.[key];
  }
}
