import { PltfError } from '@pltf/contracts';

export interface TarLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** Counts what an archive would unpack to while it passes by, and refuses what must not be in one. */
export interface TarInspector {
  push(chunk: Buffer): void;
  /** Regular files seen; undefined when the archive broke off. */
  finish(): number | undefined;
}

const block = 512;
/** File, folder, symbolic link; headers of long names and of extended attributes belong to the next entry. */
const allowed = new Set(['0', '\0', '5', '2', 'x', 'g', 'L', 'K']);

export function createTarInspector(limits: TarLimits): TarInspector {
  let header = Buffer.alloc(0);
  let toSkip = 0;
  let entries = 0;
  let files = 0;
  let bytes = 0;
  let ended = false;

  const readHeader = (head: Buffer) => {
    if (head.every((byte) => byte === 0)) {
      ended = true;
      return;
    }
    const kind = String.fromCharCode(head[156] ?? 0);
    const size = readSize(head);
    if (!allowed.has(kind)) {
      throw refused(`it holds an entry of the kind ${JSON.stringify(kind)}`, nameOf(head));
    }
    entries += 1;
    if (kind === '0' || kind === '\0') files += 1;
    bytes += size;
    if (entries > limits.entries) throw refused(`it holds more than ${limits.entries} entries`);
    if (bytes > limits.bytes) {
      throw refused(`it holds more than ${Math.round(limits.bytes / 1024 / 1024)} MiB`);
    }
    toSkip = Math.ceil(size / block) * block;
  };

  return {
    push(chunk) {
      let rest = chunk;
      while (rest.length > 0 && !ended) {
        if (toSkip > 0) {
          const skipped = Math.min(toSkip, rest.length);
          toSkip -= skipped;
          rest = rest.subarray(skipped);
          continue;
        }
        const taken = Math.min(block - header.length, rest.length);
        const head =
          header.length === 0
            ? rest.subarray(0, taken)
            : Buffer.concat([header, rest.subarray(0, taken)]);
        rest = rest.subarray(taken);
        if (head.length < block) {
          header = Buffer.from(head);
          continue;
        }
        header = Buffer.alloc(0);
        readHeader(head);
      }
    },
    finish() {
      return ended ? files : undefined;
    },
  };
}

const nameOf = (head: Buffer) => head.toString('utf8', 0, 100).replace(/\0.*$/s, '');

function readSize(head: Buffer): number {
  // A set high bit marks a size of 8 GiB or more, in binary.
  if (((head[124] ?? 0) & 0x80) !== 0) return Number.POSITIVE_INFINITY;
  return Number.parseInt(head.toString('latin1', 124, 136).replace(/[\0 ]/g, '') || '0', 8);
}

function refused(why: string, name?: string): PltfError {
  return new PltfError('bad-request', {
    detail: `The archive is refused: ${why}${name === undefined ? '' : ` (${name})`}.`,
    fix: 'Leave large or unusual files out of the release: build into a folder, delete what is not needed.',
  });
}
