import { randomBytes } from 'node:crypto';

const closeOpcode = 8;

/**
 * Follows the frames of one direction of a web socket (RFC 6455 §5.2) without keeping them, to know where
 * a frame may be put in between and whether a Close went by.
 */
export class FrameTracker {
  closeSeen = false;
  private header = 0;
  private wanted = 2;
  private first = 0;
  private payload = 0;

  /** True where one frame has ended and the next has not begun. */
  get atBoundary(): boolean {
    return this.header === 0 && this.payload === 0;
  }

  /** Reads on; with `stop` only up to the first boundary. @returns how many bytes were read. */
  read(bytes: Uint8Array, stop: boolean): number {
    let at = 0;
    while (at < bytes.length) {
      if (this.payload > 0) {
        const step = Math.min(this.payload, bytes.length - at);
        this.payload -= step;
        at += step;
      } else {
        this.headerByte(bytes[at++] as number);
      }
      if (stop && this.atBoundary) return at;
    }
    return at;
  }

  private pendingLength = 0;

  private headerByte(byte: number): void {
    const index = this.header++;
    if (index === 0) this.first = byte;
    else if (index === 1) this.secondByte(byte);
    else if (index < 2 + this.lengthBytes) this.pendingLength = this.pendingLength * 256 + byte;
    if (this.header < this.wanted) return;
    this.header = 0;
    this.wanted = 2;
    this.payload = this.pendingLength;
    this.pendingLength = 0;
    if ((this.first & 15) === closeOpcode) this.closeSeen = true;
  }

  private lengthBytes = 0;

  private secondByte(byte: number): void {
    const short = byte & 127;
    this.lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    this.pendingLength = this.lengthBytes === 0 ? short : 0;
    this.wanted = 2 + this.lengthBytes + (byte & 128 ? 4 : 0);
  }
}

/**
 * A Close frame. Clients must mask theirs, servers must not.
 *
 * @param code 1001 going away, 1012 service restart
 */
export function closeFrame(code: 1001 | 1012, masked: boolean): Buffer {
  const payload = Buffer.from([code >> 8, code & 255]);
  if (!masked) return Buffer.concat([Buffer.from([0x80 | closeOpcode, payload.length]), payload]);
  const mask = randomBytes(4);
  const hidden = payload.map((byte, index) => byte ^ (mask[index % 4] as number));
  return Buffer.concat([Buffer.from([0x80 | closeOpcode, 0x80 | payload.length]), mask, hidden]);
}
