/** One file of a template or of a workspace. */
export interface TemplateFile {
  readonly bytes: Uint8Array;
  /** Permission bits, such as 0o644 or 0o755. */
  readonly mode: number;
  /** Set for a symbolic link: `bytes` is its target. */
  readonly link?: true;
}

/** Files by path: relative, separated by `/`, without `.` and `..`. Folders exist by what is in them. */
export type FileMap = ReadonlyMap<string, TemplateFile>;

export const fileMode = 0o644;

const encoder = new TextEncoder();
// Fatal: bytes that are no UTF-8 are binary. The byte order mark is part of the text and stays.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const sniffedBytes = 8000;

export const textFile = (text: string, mode: number = fileMode): TemplateFile => ({
  bytes: encoder.encode(text),
  mode,
});

/** The text of a file, or undefined when it is binary: a zero byte near its start, as git tells, or no UTF-8. */
export function textOf(file: TemplateFile): string | undefined {
  if (file.link || file.bytes.subarray(0, sniffedBytes).includes(0)) return undefined;
  try {
    return decoder.decode(file.bytes);
  } catch {
    return undefined;
  }
}

/** `path` seen from the folder `base`, or undefined when it leaves the root. '' is the root itself. */
export function resolvePath(base: string, path: string): string | undefined {
  if (path.startsWith('/')) return undefined;
  const parts: string[] = base === '' ? [] : base.split('/');
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

/** Like `resolvePath`, and it must stay inside `base`. */
export function resolveInside(base: string, path: string): string | undefined {
  const inner = resolvePath('', path);
  return inner === undefined ? undefined : resolvePath(base, inner);
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The files below a folder, their paths relative to it. */
export function filesBelow(files: FileMap, folder: string): FileMap {
  if (folder === '') return files;
  const below = new Map<string, TemplateFile>();
  const prefix = `${folder}/`;
  for (const [path, file] of files) {
    if (path.startsWith(prefix)) below.set(path.slice(prefix.length), file);
  }
  return below;
}
