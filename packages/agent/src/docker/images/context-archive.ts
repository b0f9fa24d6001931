import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ignored } from './ignore-patterns.ts';
import { block, isEnd, kindOf, pathOf, sizeOf, textOf } from './tar-head.ts';

/** The context of a build: a release archive without what its `.dockerignore` leaves out. */
export function contextOf(archive: string, ignoreFile: string | undefined): Readable {
  const stream = createReadStream(archive);
  if (ignoreFile === undefined) return stream;
  return Readable.from(filtered(stream, ignored(ignoreFile)));
}

/** Passes an archive's entries on, each with the headers before it that belong to it, or leaves it out. */
async function* filtered(
  stream: AsyncIterable<Buffer>,
  isIgnored: (path: string) => boolean,
): AsyncGenerator<Buffer> {
  const reader = createBlocks(stream);
  let before: Buffer[] = [];
  let longName: string | undefined;
  for (;;) {
    const head = await reader.take(block);
    if (head === undefined || isEnd(head)) break;
    const kind = kindOf(head);
    const length = Math.ceil(sizeOf(head) / block) * block;
    if (kind === 'g') {
      yield head;
      yield* reader.pass(length);
    } else if (kind === 'x' || kind === 'L' || kind === 'K') {
      const content = (await reader.take(length)) ?? Buffer.alloc(0);
      longName = nameIn(kind, content.subarray(0, sizeOf(head))) ?? longName;
      before.push(head, content);
    } else {
      const name = (longName ?? pathOf(head)).replace(/^\.\//, '').replace(/\/$/, '');
      // A folder may hold what is kept; an empty one harms nobody.
      const kept = kind === '5' || name === '.' || name === '' || !isIgnored(name);
      if (kept) yield* [...before, head];
      for await (const piece of reader.pass(length)) if (kept) yield piece;
      before = [];
      longName = undefined;
    }
  }
  yield Buffer.alloc(2 * block);
}

function nameIn(kind: string, content: Buffer): string | undefined {
  if (kind === 'L') return textOf(content);
  return kind === 'x'
    ? /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString('utf8'))?.[1]
    : undefined;
}

/** Takes bytes of a stream in the pieces that are asked for. */
function createBlocks(stream: AsyncIterable<Buffer>) {
  const source = stream[Symbol.asyncIterator]();
  let waiting: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done === true) return false;
    waiting = waiting.length === 0 ? next.value : Buffer.concat([waiting, next.value]);
    return true;
  };
  return {
    /** Exactly so many bytes; undefined when the stream is over before. */
    async take(length: number): Promise<Buffer | undefined> {
      while (waiting.length < length) if (!(await more())) return undefined;
      const taken = waiting.subarray(0, length);
      waiting = waiting.subarray(length);
      return taken;
    },
    /** So many bytes as they come, however many they are. */
    async *pass(length: number): AsyncGenerator<Buffer> {
      for (let left = length; left > 0; ) {
        if (waiting.length === 0 && !(await more())) return;
        const piece = waiting.subarray(0, left);
        waiting = waiting.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}
