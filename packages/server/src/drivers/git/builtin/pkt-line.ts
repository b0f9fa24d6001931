/** One packet of git's wire format: four hex digits of length (counting themselves), then the payload. */
export function packet(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, '0')), payload]);
}

/** Text that a client prints with `remote: ` before it: side band 2. */
export function progressPacket(line: string): Buffer {
  const safe = line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '').slice(0, 900);
  return packet(Buffer.concat([Buffer.from([2]), Buffer.from(`${safe}\n`)]));
}

export const flushPacket = Buffer.from('0000');

/**
 * Splits a stream of side-band packets into what may go on at once and the closing flush, which is held back so
 * that more packets can be put before it. An answer that is not side-band passes through untouched.
 */
export class ClosingFlush {
  #rest = Buffer.alloc(0);
  #broken = false;
  #held = false;
  /** True while every packet so far went over side bands, so that progress lines may be added. */
  #sideBand = false;

  /** What of this chunk may be sent on. */
  push(chunk: Buffer): Buffer {
    if (this.#broken) return chunk;
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const ready: Buffer[] = [];
    for (;;) {
      const next = this.#take();
      if (next === undefined) break;
      ready.push(next);
    }
    return Buffer.concat(ready);
  }

  #take(): Buffer | undefined {
    if (this.#rest.length < 4 || this.#broken) return undefined;
    const length = Number.parseInt(this.#rest.toString('latin1', 0, 4), 16);
    if (Number.isNaN(length) || (length > 0 && length < 4)) return this.#giveUp();
    if (length === 0) {
      const passed = this.#held ? flushPacket : Buffer.alloc(0);
      this.#held = true;
      this.#rest = this.#rest.subarray(4);
      return passed;
    }
    if (this.#rest.length < length) return undefined;
    const band = this.#rest[4];
    if (length > 4 && (band === 1 || band === 2)) this.#sideBand = true;
    else return this.#giveUp();
    const whole = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    if (!this.#held) return whole;
    this.#held = false;
    return Buffer.concat([flushPacket, whole]);
  }

  #giveUp(): Buffer {
    this.#broken = true;
    const all = this.#held ? Buffer.concat([flushPacket, this.#rest]) : this.#rest;
    this.#held = false;
    this.#rest = Buffer.alloc(0);
    return all;
  }

  /** Whether progress lines may be sent now. */
  get open(): boolean {
    return this.#sideBand && this.#held && !this.#broken;
  }

  /** What is still to be sent when the answer is complete. */
  end(): Buffer {
    return this.#held ? Buffer.concat([flushPacket, this.#rest]) : this.#rest;
  }
}
