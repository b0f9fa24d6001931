import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** A file of the site, open. Whoever gets it closes it. */
export interface SiteFile {
  readonly is: 'file';
  readonly handle: FileHandle;
  /** Without links, for its type. */
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** Where the same page lies under its one right name. */
export interface SiteRedirect {
  readonly is: 'redirect';
  readonly to: string;
}

export type SiteAnswer = SiteFile | SiteRedirect | undefined;

/**
 * Finds what a path of a site names: a file, the `index.html` of a folder, or a page without its `.html`.
 * Files beginning with a dot are not part of a site, `.well-known` excepted.
 */
export async function findFile(root: string, urlPath: string): Promise<SiteAnswer> {
  const parts = decodeParts(urlPath);
  if (parts === undefined) return undefined;
  const wantsFolder = urlPath.endsWith('/');
  const place = path.join(root, ...parts);
  if (wantsFolder) return openInside(root, path.join(place, 'index.html'));
  const exact = await openInside(root, place);
  if (exact !== undefined) return exact;
  const page = await openInside(root, `${place}.html`);
  if (page !== undefined) return page;
  const index = await openInside(root, path.join(place, 'index.html'));
  if (index === undefined) return undefined;
  await index.handle.close();
  return { is: 'redirect', to: `${parts.map(encodeURIComponent).join('/')}/` };
}

/** The path's parts; undefined when it could mean anything but a place below the root. */
function decodeParts(urlPath: string): readonly string[] | undefined {
  const parts: string[] = [];
  for (const encoded of urlPath.split('/')) {
    if (encoded === '') continue;
    let part: string;
    try {
      part = decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
    const hidden = part.startsWith('.') && !(parts.length === 0 && part === '.well-known');
    if (hidden || /[/\\\0]/.test(part)) return undefined;
    parts.push(part);
  }
  return parts;
}

/** Opens a regular file if it really lies below the root, links followed. */
export async function openInside(root: string, place: string): Promise<SiteFile | undefined> {
  let handle: FileHandle | undefined;
  try {
    const real = await realpath(place);
    if (real !== root && !real.startsWith(`${root}${path.sep}`)) return undefined;
    if (!(await stat(real)).isFile()) return undefined;
    handle = await open(real, 'r');
    const found = await handle.stat();
    if (found.isFile()) {
      return { is: 'file', handle, name: real, size: found.size, modifiedMs: found.mtimeMs };
    }
  } catch {
    // Not there, not readable, or a path that no file system takes.
  }
  await handle?.close();
  return undefined;
}
