import { PltfError } from '@pltf/contracts';

const longestPath = 1024;
const longestPart = 255;
const mostParts = 50;
const longestShown = 200;

const bad = (detail: string): PltfError => new PltfError('bad-request', { detail });
const shown = (text: string): string => JSON.stringify(text.slice(0, longestShown));

/**
 * A path inside a repository, or `bad-request`: no way out of it, none into git's own files on any file system (`.git`
 * in any case, `git~1`, with dots or spaces behind), nothing that moves a terminal's cursor.
 */
export function checkedPath(path: string): string {
  const parts = path.split('/');
  const odd =
    path.length > longestPath ||
    parts.length > mostParts ||
    /\p{Surrogate}/u.test(path) ||
    /[\u0000-\u001f\u007f\\]/.test(path) ||
    parts.some((part) => part.length > longestPart || isOdd(part));
  if (odd) throw bad(`no file of an environment repository can be ${shown(path)}`);
  return path;
}

const isOdd = (part: string): boolean =>
  part === '' || part === '.' || part === '..' || /^(?:\.git|git~\d+)[. ]*$/i.test(part);

/** A ref below `refs/heads/` or `refs/notes/`, or `bad-request`. */
export function checkedRef(ref: string): string {
  const name = /^refs\/(?:heads|notes)\/(.+)$/.exec(ref)?.[1];
  const parts = name?.split('/') ?? [];
  const good =
    ref.length <= longestPart &&
    parts.length > 0 &&
    parts.every(
      (part) => /^[A-Za-z0-9_][A-Za-z0-9_.+@-]*$/.test(part) && !/\.\.|@\{|\.$|\.lock$/.test(part),
    );
  if (!good) throw bad(`no ref of an environment repository can be ${shown(ref)}`);
  return ref;
}

/** A commit or a tree by its full id, or `bad-request`: nothing else reaches git as a revision. */
export function checkedId(id: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) throw bad(`${shown(id)} is no id of git`);
  return id;
}

/** A checked path in git's C quoting, as `git fast-import` reads it. */
export const quotedPath = (path: string): string => `"${path.replace(/"/g, '\\"')}"`;
