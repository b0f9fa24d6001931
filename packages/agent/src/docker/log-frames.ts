/** One message of a container's log. */
export interface LogFrame {
  readonly stream: 'out' | 'err';
  /** With nanoseconds, as the engine writes it; messages of one line have the same. */
  readonly at: string;
  readonly text: string;
  /** The line goes on in the next message of this stream. */
  readonly partial: boolean;
}

const headBytes = 8;
const errorStream = 2;
/** An engine never sends larger ones: it cuts lines after 16 KiB. */
const mostBytes = 4 * 1024 * 1024;

/** Takes the engine's stream of framed, time-stamped messages apart, however it is cut. */
export function createFrameReader(): { push(chunk: Buffer): readonly LogFrame[] } {
  let waiting: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      const frames: LogFrame[] = [];
      while (waiting.length >= headBytes) {
        const length = waiting.readUInt32BE(4);
        if (length > mostBytes) throw new Error('the log of the container cannot be read');
        if (waiting.length < headBytes + length) break;
        const stream = waiting[0] === errorStream ? 'err' : 'out';
        frames.push(frameOf(stream, waiting.subarray(headBytes, headBytes + length).toString()));
        waiting = waiting.subarray(headBytes + length);
      }
      return frames;
    },
  };
}

function frameOf(stream: LogFrame['stream'], message: string): LogFrame {
  const space = message.indexOf(' ');
  const partial = !message.endsWith('\n');
  const text = message.slice(space + 1, partial ? undefined : -1);
  return { stream, at: message.slice(0, space), text: text.replace(/\r$/, ''), partial };
}

/** An engine's time stamp as `seconds.nanoseconds`, which it takes as the beginning of a log. */
export function sinceOf(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1000);
  const fraction = /\.(\d{1,9})/.exec(at)?.[1] ?? '0';
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}
