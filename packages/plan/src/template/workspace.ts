import { PltfError } from '@pltf/contracts';
import { type FileMap, parentOf, resolvePath, type TemplateFile } from './file-map.ts';
import type { TemplateLimits } from './limits.ts';

const longestPath = 1_000;
const longestName = 255;
// A repository's own folder holds hooks and configuration that git would run; `.GIT` is the same on some disks.
const gitFolder = /^\.git$/i;

/** The files that a run has made so far. Nothing gets outside, whatever a path says. */
export class Workspace {
  readonly #files = new Map<string, TemplateFile>();
  readonly #folders = new Map<string, number>();
  readonly #limits: TemplateLimits;
  #bytes = 0;

  constructor(limits: TemplateLimits) {
    this.#limits = limits;
  }

  get files(): FileMap {
    return this.#files;
  }

  get(path: string): TemplateFile | undefined {
    return this.#files.get(path);
  }

  isFolder(path: string): boolean {
    return path === '' || this.#folders.has(path);
  }

  exists(path: string): boolean {
    return this.#files.has(path) || this.isFolder(path);
  }

  /** A path below `base` as the template wrote it, made plain; throws when it leaves `base`. */
  resolve(base: string, path: string): string {
    const inner = path.includes('\0') ? undefined : resolvePath('', path);
    const resolved = inner === undefined ? undefined : resolvePath(base, inner);
    if (resolved === undefined) {
      throw refused(
        `${JSON.stringify(path.slice(0, 200))} leaves the ${base === '' ? 'workspace' : 'target folder'}`,
      );
    }
    return resolved;
  }

  write(path: string, file: TemplateFile): void {
    checkPath(path);
    if (file.link) checkLink(path, file);
    if (this.isFolder(path)) throw refused(`${path} is a folder already`);
    const blocking = this.#fileAbove(path);
    if (blocking !== undefined) throw refused(`${path} lies below ${blocking}, which is a file`);
    this.#drop(path);
    this.#files.set(path, file);
    this.#bytes += file.bytes.length;
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      this.#folders.set(folder, (this.#folders.get(folder) ?? 0) + 1);
    }
    if (this.#files.size > this.#limits.files)
      throw refused(`more than ${this.#limits.files} files`);
    if (this.#bytes > this.#limits.bytes) throw refused(`more than ${this.#limits.bytes} bytes`);
  }

  /** Removes a file, or a folder with all in it; what is not there is no error. */
  remove(path: string): void {
    for (const inner of this.below(path)) this.#drop(inner);
  }

  /** The path itself when it is a file, else the files below it. */
  below(path: string): readonly string[] {
    if (this.#files.has(path)) return [path];
    if (!this.isFolder(path)) return [];
    const prefix = path === '' ? '' : `${path}/`;
    return [...this.#files.keys()].filter((file) => file.startsWith(prefix));
  }

  #fileAbove(path: string): string | undefined {
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      if (this.#files.has(folder)) return folder;
    }
    return undefined;
  }

  #drop(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    this.#bytes -= file.bytes.length;
    for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
      const left = (this.#folders.get(folder) ?? 1) - 1;
      if (left === 0) this.#folders.delete(folder);
      else this.#folders.set(folder, left);
    }
  }
}

function checkPath(path: string): void {
  const shown = JSON.stringify(path.slice(0, 200));
  // The replacement character and control characters make names that no shell, host or reviewer can tell apart.
  if (path === '' || path.length > longestPath || /[\p{Cc}\\]/u.test(path)) {
    throw refused(`${shown} cannot be the path of a file`);
  }
  for (const name of path.split('/')) {
    if (name.length > longestName)
      throw refused(`${shown} holds a name of more than ${longestName} characters`);
    if (gitFolder.test(name)) throw refused(`${shown} lies in git's own folder`);
  }
}

function checkLink(path: string, file: TemplateFile): void {
  const target = new TextDecoder().decode(file.bytes);
  if (resolvePath(parentOf(path), target) === undefined) {
    throw refused(
      `the link ${path} points out of the workspace, to ${JSON.stringify(target.slice(0, 200))}`,
    );
  }
}

const refused = (detail: string): PltfError => new PltfError('template-invalid', { detail });
