import { spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';

/** One file that a program writes to, read from where the last agent stopped. */
export interface RawOutput {
  /** The next bytes; empty when there are none. */
  read(limit: number): Buffer;
  /** How much waits to be read. */
  pending(): number;
  /** Leaves out what waits except the last `keep` bytes; returns how much that was. */
  skip(keep: number): number;
  /** Records that all but the last `behind` bytes read are kept elsewhere, and frees space now and then. */
  commit(behind: number): void;
  close(): void;
}

/** Space is given back in steps of this size; a busy program holds about this much on disk. */
const freeEvery = 1024 * 1024;

/** Opens (and makes) the file to hand to a program: appending, so that freeing its space moves nothing. */
export function openForProgram(file: string): number {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  return openSync(file, flags, 0o600);
}

/**
 * Reads a program's output. `<file>.at` holds how far it was read, so that an agent that was killed goes on
 * there. With `fallocate` read bytes are punched out of the file, which loses nothing; without, the
 * file is cut when it was read to its end, which can lose a line written in that very moment.
 */
export function openRawOutput(file: string, fallocate: string | undefined): RawOutput {
  const content = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
  const mark = openSync(`${file}.at`, constants.O_RDWR | constants.O_CREAT, 0o600);
  const buffer = Buffer.alloc(32);
  const length = readSync(mark, buffer, 0, 32, 0);
  let offset = Number(buffer.toString('latin1', 0, length).trim()) || 0;
  let freed = offset;
  let punching = false;

  const size = () => fstatSync(content).size;
  const pending = () => {
    const end = size();
    // The program cut its own output.
    if (end < offset) {
      offset = 0;
      freed = 0;
    }
    return end - offset;
  };
  const writeMark = (at: number) => writeSync(mark, String(at).padEnd(24), 0, 'latin1');

  const punch = (from: number, to: number) => {
    if (fallocate === undefined || punching) return;
    punching = true;
    const args = ['--punch-hole', '--offset', String(from), '--length', String(to - from), file];
    const child = spawn(fallocate, args, { stdio: 'ignore' });
    const done = () => {
      punching = false;
    };
    child.once('error', done);
    child.once('close', (code) => {
      done();
      if (code === 0) freed = Math.max(freed, to);
    });
  };

  const free = (kept: number) => {
    if (kept - freed < freeEvery) return;
    if (fallocate !== undefined) punch(freed, kept);
    else if (size() === kept) {
      ftruncateSync(content, 0);
      offset = 0;
      freed = 0;
      writeMark(0);
    }
  };

  return {
    pending,
    read(limit) {
      const wanted = Math.min(limit, pending());
      if (wanted <= 0) return Buffer.alloc(0);
      const chunk = Buffer.allocUnsafe(wanted);
      const got = readSync(content, chunk, 0, wanted, offset);
      offset += got;
      return chunk.subarray(0, got);
    },
    skip(keep) {
      const left = Math.max(0, pending() - keep);
      offset += left;
      return left;
    },
    commit(behind) {
      writeMark(offset - behind);
      free(offset - behind);
    },
    close() {
      closeSync(content);
      closeSync(mark);
    },
  };
}
