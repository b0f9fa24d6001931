/** One packet of git's wire format: four hex digits of length (counting themselves), then the payload. */
export function packet(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, '0')), payload]);
}

const progressBand = 2;
const maximumLine = 900;

/** Text that a client prints with `remote: ` before it: side band 2. What could move its terminal's cursor is left out. */
export function progressPacket(line: string): Buffer {
  const safe = line.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '').slice(0, maximumLine);
  return packet(Buffer.concat([Buffer.from([progressBand]), Buffer.from(`${safe}\n`)]));
}

export const flushPacket = Buffer.from('0000');

const headerBytes = 4;
const nothing = Buffer.alloc(0);

/**
 * Splits a stream of side-band packets into what may go on at once and the closing flush, which is held back so
 * that more packets can be put before it. An answer that is not side-band passes through untouched: what was pushed,
 * followed by `end()`, are the same bytes in any case.
 */
export class ClosingFlush {
  #rest: Buffer = nothing;
  #held = false;
  #kind: 'unknown' | 'side-band' | 'other' = 'unknown';

  /** What of this chunk may be sent on. */
  push(chunk: Buffer): Buffer {
    if (this.#kind === 'other') return chunk;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const ready: Buffer[] = [];
    for (let next = this.#take(); next !== undefined; next = this.#take()) ready.push(next);
    return Buffer.concat(ready);
  }

  #take(): Buffer | undefined {
    if (this.#kind === 'other' || this.#rest.length < headerBytes) return undefined;
    const digits = this.#rest.toString('latin1', 0, headerBytes);
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : -1;
    if (length === 0) return this.#flush();
    if (length <= headerBytes) return this.#giveUp();
    if (this.#rest.length < length) return this.#bandIsOdd() ? this.#giveUp() : undefined;
    if (this.#bandIsOdd()) return this.#giveUp();
    this.#kind = 'side-band';
    const whole = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return this.#released(whole);
  }

  /** Bands 1 and 2 are answer and progress; 3 is an error, after which nothing may come. */
  #bandIsOdd(): boolean {
    const band = this.#rest[headerBytes];
    return band !== undefined && band !== 1 && band !== progressBand;
  }

  #flush(): Buffer {
    const before = this.#held ? flushPacket : nothing;
    this.#held = true;
    this.#rest = this.#rest.subarray(headerBytes);
    return before;
  }

  #released(bytes: Buffer): Buffer {
    if (!this.#held) return bytes;
    this.#held = false;
    return Buffer.concat([flushPacket, bytes]);
  }

  #giveUp(): Buffer {
    this.#kind = 'other';
    const all = this.#released(this.#rest);
    this.#rest = nothing;
    return all;
  }

  /** Whether progress lines may be sent now: the answer is complete but for its closing flush. */
  get open(): boolean {
    return this.#kind === 'side-band' && this.#held && this.#rest.length === 0;
  }

  /** What is still to be sent when the answer is complete. */
  end(): Buffer {
    const last = this.#released(this.#rest);
    this.#rest = nothing;
    return last;
  }
}
