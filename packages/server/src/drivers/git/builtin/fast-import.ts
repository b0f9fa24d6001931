import { PltfError } from '@pltf/contracts';
import type { InitialCommit } from '../../../modules/repos/index.ts';

/** The stream that `git fast-import` reads to make one commit of all files: one process, however many files. */
export function fastImportStream(first: InitialCommit): Buffer {
  return stream({ ...first, ref: `refs/heads/${first.branch}` }, []);
}

interface NextCommit {
  readonly ref: string;
  readonly parent: string;
  readonly files: Readonly<Record<string, string>>;
  /** Paths that it takes out. */
  readonly gone: readonly string[];
  readonly author: InitialCommit['author'];
  readonly message: string;
  readonly at: Date;
}

/** The stream that makes one commit on top of another. */
export function nextCommitStream(next: NextCommit): Buffer {
  const files = Object.entries(next.files).map(
    ([path, text]) => [path, { bytes: Buffer.from(text), executable: false }] as const,
  );
  const before = [`from ${next.parent}\n`, ...next.gone.map((path) => `D ${quotePath(path)}\n`)];
  return stream({ ...next, files: new Map(files) }, before);
}

type StreamedCommit = Omit<InitialCommit, 'branch'> & { readonly ref: string };

function stream(commit: StreamedCommit, before: readonly string[]): Buffer {
  const parts: (string | Uint8Array)[] = [];
  const seconds = Math.floor(commit.at.getTime() / 1000);
  const identity = `${clean(commit.author.name)} <${clean(commit.author.email)}> ${seconds} +0000`;
  const message = Buffer.from(commit.message);
  parts.push(`commit ${commit.ref}\nauthor ${identity}\ncommitter ${identity}\n`);
  parts.push(`data ${message.length}\n`, message, '\n', ...before);
  for (const [path, file] of [...commit.files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    parts.push(`M ${file.executable ? '100755' : '100644'} inline ${quotePath(path)}\n`);
    parts.push(`data ${file.bytes.length}\n`, file.bytes, '\n');
  }
  parts.push('done\n');
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

const clean = (text: string): string => text.replace(/[<>\n\r\0]/g, '').slice(0, 100);

/** A path in git's C quoting. Git itself would take one that leads out of the repository, or into its own files. */
const quotePath = (path: string): string => {
  const parts = path.split('/');
  const odd = parts.some(
    (part) => part === '' || part === '.' || part === '..' || /^\.git$/i.test(part),
  );
  if (odd || path.includes('\0')) {
    throw new PltfError('template-invalid', {
      detail: `no file of a repository can be ${JSON.stringify(path.slice(0, 200))}`,
    });
  }
  return `"${path.replace(/["\\]/g, (char) => `\\${char}`).replace(/\n/g, '\\n')}"`;
};
