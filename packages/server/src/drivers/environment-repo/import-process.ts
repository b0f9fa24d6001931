import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { PltfError } from '@pltf/contracts';

/**
 * What is written to a `git fast-import` goes in pieces of this size, however small the files are. A socket takes some
 * 200 kB at once and the rest in later turns of the event loop; whoever makes the files has no such turns in between.
 * Larger pieces have git wait meanwhile (measured with 50,000 files: 7.3 s in pieces of 64 KiB, 10.1 s in those of 1 MiB).
 */
const pieceBytes = 1 << 16;
/** Pieces that git has not taken yet: with one it and whoever makes the files would work in turns, never at once. */
const mostPieces = 4;
/**
 * For every object git takes a quarter of a megabyte for zlib and gives it back; glibc would ask the kernel for it each
 * time (measured with 50,000 files: 7.8 s of processor time without this, 4.9 s with it). Others do not know the words.
 */
const keepMemory: NodeJS.ProcessEnv = {
  MALLOC_MMAP_THRESHOLD_: String(64 << 20),
  MALLOC_TRIM_THRESHOLD_: String(256 << 20),
  MALLOC_TOP_PAD_: String(8 << 20),
};
const maximumMessage = 16 * 1024;

/** A running `git fast-import`. Text and bytes are copied: the caller may use its room again at once. */
export interface ImportProcess {
  write(text: string): Promise<void> | undefined;
  writeBytes(bytes: Uint8Array): Promise<void> | undefined;
  /** Sends a command that is answered by one line, and gives that line. */
  ask(command: string): Promise<string>;
  /** Everything is said: resolves when git has it on disk. */
  end(): Promise<void>;
  /** Ends it without a result; safe to call at any time. */
  kill(): void;
}

/** Starts a `git fast-import` on a bare repository. It moves no ref of its own; whoever calls does. */
export function startImport(
  directory: string,
  environment: NodeJS.ProcessEnv,
  extra: readonly string[] = [],
): ImportProcess {
  const args = [...extra, '--git-dir', directory, 'fast-import', '--quiet', '--done'];
  const child = spawn('git', args, {
    env: { ...environment, ...keepMemory },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lines = answerLines();
  let message = '';
  child.stdout.setEncoding('latin1').on('data', lines.take);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (message.length < maximumMessage) message += text;
  });
  // It may end before it has read everything; its exit says what that was about.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new PltfError('git-failed', { detail: 'git could not be started', cause }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        void clearAfter(directory, child.pid, message).then(() => reject(failure(code, message)));
    });
  });
  ended.then(lines.end, lines.fail);
  const output = pieces(inFlight(child.stdin, ended));
  return {
    ...output,
    ask: async (command) => {
      await output.write(command);
      await output.flush();
      return lines.next();
    },
    end: async () => {
      await output.write('done\n');
      await output.flush();
      child.stdin.end();
      await ended;
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

/** Sends pieces, some ahead of what was taken. Who sends waits for room, and for nothing once the other side has ended. */
function inFlight(stdin: Writable, ended: Promise<void>) {
  const sent: Promise<void>[] = [];
  return async (piece: Uint8Array): Promise<void> => {
    if (stdin.destroyed) return;
    // Taken or lost: of what is lost the end of the process tells.
    sent.push(new Promise((resolve) => stdin.write(piece, () => resolve())));
    if (sent.length >= mostPieces) await Promise.race([sent.shift(), ended]);
  };
}

/** Puts small writes together: fifty thousand files would be three times as many. */
function pieces(send: (piece: Uint8Array) => Promise<void>) {
  let room = Buffer.allocUnsafe(pieceBytes);
  let used = 0;
  const flush = async (): Promise<void> => {
    const piece = room.subarray(0, used);
    room = Buffer.allocUnsafe(pieceBytes);
    used = 0;
    if (piece.length > 0) await send(piece);
  };
  const writeBytes = (bytes: Uint8Array): Promise<void> | undefined => {
    if (bytes.length <= room.length - used) {
      room.set(bytes, used);
      used += bytes.length;
      return undefined;
    }
    if (bytes.length > pieceBytes) return flush().then(() => send(Buffer.from(bytes)));
    const rest = Buffer.from(bytes);
    return flush().then(() => {
      room.set(rest, 0);
      used = rest.length;
    });
  };
  const write = (text: string): Promise<void> | undefined => {
    // UTF-8 has at most three bytes for a unit of a string.
    if (3 * text.length > room.length - used) return writeBytes(Buffer.from(text));
    used += room.write(text, used);
    return undefined;
  };
  return { write, writeBytes, flush };
}

/** Lines of the answer, in order, for who waits. */
function answerLines() {
  let rest = '';
  let failed: { readonly error: unknown } | undefined;
  const ready: string[] = [];
  const waiting: { resolve(line: string): void; reject(error: unknown): void }[] = [];
  const fail = (error: unknown): void => {
    failed ??= { error };
    for (const one of waiting.splice(0)) one.reject(failed.error);
  };
  return {
    take: (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        const next = waiting.shift();
        if (next === undefined) ready.push(line);
        else next.resolve(line);
      }
    },
    next: () =>
      new Promise<string>((resolve, reject) => {
        const line = ready.shift();
        if (line !== undefined) resolve(line);
        else if (failed !== undefined) reject(failed.error);
        else waiting.push({ resolve, reject });
      }),
    fail,
    end: () => fail(new PltfError('git-failed', { detail: 'git fast-import ended early' })),
  };
}

/** What an import that failed leaves: a half pack is what keeps a full disk full, and its report helps nobody. */
async function clearAfter(
  directory: string,
  pid: number | undefined,
  message: string,
): Promise<void> {
  const packs = new Set([...message.matchAll(/\btmp_pack_\w+/g)].map(([name]) => name));
  const left = [...packs].map((name) => join(directory, 'objects/pack', name));
  if (pid !== undefined) left.push(join(directory, `fast_import_crash_${pid}`));
  // Of what cannot be removed now the next writer finds that it is old.
  for (const path of left) await rm(path, { force: true }).catch(() => undefined);
}

function failure(code: number | null, message: string): PltfError {
  const told = /^fatal: .*$/m.exec(message)?.[0] ?? message.trim();
  const full = /No space left on device|Out of diskspace|disk quota exceeded/i.test(message);
  return new PltfError(full ? 'disk-full' : 'git-failed', {
    detail: `git fast-import ended with ${code ?? 'a signal'}: ${told.slice(0, 500) || 'no message'}`,
  });
}
