import { PltfError } from '@pltf/contracts';
import type { InitialCommit } from '../../../modules/repos/index.ts';

/** The stream that `git fast-import` reads to make one commit of all files: one process, however many files. */
export function fastImportStream(first: InitialCommit): Buffer {
  const parts: (string | Uint8Array)[] = [];
  const seconds = Math.floor(first.at.getTime() / 1000);
  const identity = `${clean(first.author.name)} <${clean(first.author.email)}> ${seconds} +0000`;
  const message = Buffer.from(first.message);
  parts.push(`commit refs/heads/${first.branch}\nauthor ${identity}\ncommitter ${identity}\n`);
  parts.push(`data ${message.length}\n`, message, '\n');
  for (const [path, file] of [...first.files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
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
