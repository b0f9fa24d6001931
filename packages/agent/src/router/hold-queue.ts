/** A request that waits for its placement to come back. */
export interface Waiting {
  /** What it occupies while it waits, in bytes. */
  readonly heldBytes: number;
  /** It may go on. */
  admit(): void;
  /** It waited too long. */
  refuse(): void;
}

export interface HoldLimits {
  readonly heldRequests: number;
  readonly heldBytes: number;
}

/** Requests held at the router while an application that cannot run twice is replaced; in order of arrival. */
export class HoldQueue {
  private readonly waiting = new Set<Waiting>();
  private bytes = 0;
  private readonly limits: HoldLimits;

  constructor(limits: HoldLimits) {
    this.limits = limits;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** @returns false when there is no room. */
  add(request: Waiting): boolean {
    const { heldRequests, heldBytes } = this.limits;
    if (this.waiting.size >= heldRequests || this.bytes + request.heldBytes > heldBytes)
      return false;
    this.waiting.add(request);
    this.bytes += request.heldBytes;
    return true;
  }

  remove(request: Waiting): void {
    if (this.waiting.delete(request)) this.bytes -= request.heldBytes;
  }

  admitAll(): void {
    for (const request of this.takeAll()) request.admit();
  }

  refuseAll(): void {
    for (const request of this.takeAll()) request.refuse();
  }

  private takeAll(): readonly Waiting[] {
    const all = [...this.waiting];
    this.waiting.clear();
    this.bytes = 0;
    return all;
  }
}
