/** Cuts a stream of bytes into lines of text. */
export interface LineSplitter {
  push(chunk: Buffer): readonly string[];
  /** What came without a line's end so far. */
  flush(): readonly string[];
  /** Bytes that wait for their line's end. */
  readonly waiting: number;
}

/** A longer line is cut into several: a program may write gigabytes without a line's end. */
export const longestLine = 16 * 1024;

const lineFeed = 10;

export function createLineSplitter(): LineSplitter {
  let rest: Buffer = Buffer.alloc(0);
  const textOf = (bytes: Buffer) => bytes.toString('utf8').replace(/\r$/, '');

  return {
    push(chunk) {
      const lines: string[] = [];
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        const end = bytes.indexOf(lineFeed);
        if (end < 0 && bytes.length <= longestLine) break;
        const cut = end < 0 || end > longestLine ? wholeCharacters(bytes, longestLine) : end;
        lines.push(textOf(bytes.subarray(0, cut)));
        bytes = bytes.subarray(cut === end ? cut + 1 : cut);
      }
      rest = Buffer.from(bytes);
      return lines;
    },
    flush() {
      if (rest.length === 0) return [];
      const lines = [textOf(rest)];
      rest = Buffer.alloc(0);
      return lines;
    },
    get waiting() {
      return rest.length;
    },
  };
}

/** The largest length up to `limit` that does not cut a UTF-8 character in two. */
function wholeCharacters(bytes: Buffer, limit: number): number {
  let cut = limit;
  while (cut > limit - 4 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}
