import { PltfError } from '@pltf/contracts';
import type { LiveObject, WatchEvent } from '../cluster-api.ts';

export interface Change {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: LiveObject;
  readonly before: LiveObject | undefined;
}

export interface ChangeQuery {
  readonly from: number;
  readonly signal: AbortSignal;
  readonly isSelected: (object: LiveObject) => boolean;
}

/** What changed of one kind, in order, for those who watch; older changes can be forgotten. */
export class ChangeLog {
  #changes: Change[] = [];
  #forgotten = 0;
  #closings = 0;
  #bookmark = 0;
  readonly #waiters = new Set<() => void>();

  add(change: Change): void {
    this.#changes.push(change);
    this.#wake();
  }

  /** Nobody can watch from before this version any more. */
  forget(version: number): void {
    this.#changes = [];
    this.#forgotten = version;
  }

  /** Ends every watch, as an API server does now and then. */
  close(): void {
    this.#closings += 1;
    this.#wake();
  }

  bookmark(version: number): void {
    this.#bookmark = version;
    this.#wake();
  }

  async *follow(query: ChangeQuery): AsyncGenerator<WatchEvent> {
    if (query.from < this.#forgotten) {
      throw new PltfError('watch-expired', { detail: 'the version to watch from is too old' });
    }
    yield { type: 'BOOKMARK', resourceVersion: String(query.from) };
    const closing = this.#closings;
    let seen = query.from;
    let bookmark = this.#bookmark;
    while (!query.signal.aborted && closing === this.#closings) {
      const next = this.#after(seen);
      if (next !== undefined) {
        seen = next.version;
        const event = eventOf(next, query);
        if (event !== undefined) yield event;
      } else if (bookmark !== this.#bookmark) {
        bookmark = this.#bookmark;
        yield { type: 'BOOKMARK', resourceVersion: String(bookmark) };
      } else {
        await this.#next(query.signal);
      }
    }
  }

  #after(version: number): Change | undefined {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#changes[middle]?.version ?? 0) > version) high = middle;
      else low = middle + 1;
    }
    return this.#changes[low];
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

  #wake(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}

/** An object that no longer fits the selector is gone for whoever watches by it. */
function eventOf(change: Change, query: ChangeQuery): WatchEvent | undefined {
  const was = change.before !== undefined && query.isSelected(change.before);
  const is = change.type !== 'DELETED' && query.isSelected(change.object);
  if (!was && !is) return undefined;
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object };
  return { type: 'DELETED', object: change.object };
}
