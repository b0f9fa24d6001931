/** What a piece of a chunked body turned out to be. */
export type ChunkProgress = 'more' | 'done' | 'invalid';

const maximumLine = 4_096;
const maximumTrailers = 16_384;
const carriageReturn = 13;
const lineFeed = 10;

/** Value of an ASCII hex digit, or -1. */
function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/**
 * Takes the chunked transfer coding off a stream of bytes (RFC 9112 §7.1), strictly: every line ends
 * with CR LF, sizes have at most 8 digits. Extensions and trailers are read and dropped.
 */
export class ChunkDecoder {
  private state: 'size' | 'extension' | 'size-end' | 'content' | 'content-end' | 'trailers' =
    'size';
  private size = 0;
  private digits = 0;
  private lineLength = 0;
  private trailerLength = 0;

  reset(): void {
    this.state = 'size';
    this.size = 0;
    this.digits = 0;
    this.lineLength = 0;
    this.trailerLength = 0;
  }

  /** Hands the content between `from` and `to` on; `consumed` is where it stopped. */
  decode(
    bytes: Uint8Array,
    from: number,
    to: number,
    content: (from: number, to: number) => void,
  ): { readonly progress: ChunkProgress; readonly consumed: number } {
    let at = from;
    while (at < to) {
      if (this.state === 'content') {
        const end = Math.min(to, at + this.size);
        content(at, end);
        this.size -= end - at;
        at = end;
        if (this.size === 0) this.state = 'content-end';
        continue;
      }
      const progress = this.step(bytes[at++] as number);
      if (progress !== 'more') return { progress, consumed: at };
    }
    return { progress: 'more', consumed: at };
  }

  private step(byte: number): ChunkProgress {
    switch (this.state) {
      case 'size':
        return this.sizeByte(byte);
      case 'extension':
        if (byte === carriageReturn) this.state = 'size-end';
        else if (byte === lineFeed || ++this.lineLength > maximumLine) return 'invalid';
        return 'more';
      case 'size-end':
        if (byte !== lineFeed) return 'invalid';
        this.state = this.size === 0 ? 'trailers' : 'content';
        this.lineLength = 0;
        return 'more';
      case 'content-end':
        return this.contentEndByte(byte);
      default:
        return this.trailerByte(byte);
    }
  }

  private sizeByte(byte: number): ChunkProgress {
    const value = hexValue(byte);
    if (value >= 0) {
      this.size = this.size * 16 + value;
      return ++this.digits > 8 ? 'invalid' : 'more';
    }
    if (this.digits === 0) return 'invalid';
    this.digits = 0;
    if (byte === carriageReturn) this.state = 'size-end';
    else if (byte === 59 || byte === 32 || byte === 9) this.state = 'extension';
    else return 'invalid';
    return 'more';
  }

  private contentEndByte(byte: number): ChunkProgress {
    this.lineLength += 1;
    if (byte !== (this.lineLength === 1 ? carriageReturn : lineFeed)) return 'invalid';
    if (this.lineLength === 2) {
      this.lineLength = 0;
      this.state = 'size';
    }
    return 'more';
  }

  /** `lineLength` counts the bytes of the present line; an empty one ends the message. */
  private trailerByte(byte: number): ChunkProgress {
    if (++this.trailerLength > maximumTrailers) return 'invalid';
    if (byte !== lineFeed) {
      if (byte !== carriageReturn) this.lineLength += 1;
      return 'more';
    }
    if (this.lineLength === 0) return 'done';
    this.lineLength = 0;
    return 'more';
  }
}
