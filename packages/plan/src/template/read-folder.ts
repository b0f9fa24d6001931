import { PltfError } from '@pltf/contracts';
import type { FileMap, TemplateFile } from './file-map.ts';
import { templateLimits } from './limits.ts';

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link';
  /** Permission bits; only files need them. */
  readonly mode?: number;
}

/** How a folder is read. Paths are relative to its root, separated by `/`; '' is the root. */
export interface FolderPort {
  list(path: string): Promise<readonly FolderEntry[]>;
  read(path: string): Promise<Uint8Array>;
  /** The target of a symbolic link, as text. */
  readLink(path: string): Promise<string>;
}

/** Never part of a template: git's own folder, and what a developer's machine leaves behind. */
const ignored: ReadonlySet<string> = new Set(['.git', 'node_modules', '__pycache__', '.DS_Store']);
const permissions = 0o777;

/** Reads a folder with all below it; links are kept as links, never followed. Throws `template-invalid` when too large. */
export async function readFolder(port: FolderPort): Promise<FileMap> {
  const files = new Map<string, TemplateFile>();
  let bytes = 0;
  const visit = async (folder: string): Promise<void> => {
    const entries = [...(await port.list(folder))].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (ignored.has(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.kind === 'folder') {
        await visit(path);
        continue;
      }
      const file = await readEntry(port, path, entry);
      files.set(path, file);
      bytes += file.bytes.length;
      if (files.size > templateLimits.files || bytes > templateLimits.bytes) throw tooLarge();
    }
  };
  await visit('');
  return files;
}

async function readEntry(
  port: FolderPort,
  path: string,
  entry: FolderEntry,
): Promise<TemplateFile> {
  if (entry.kind === 'file') {
    return { bytes: await port.read(path), mode: (entry.mode ?? 0o644) & permissions };
  }
  return {
    bytes: new TextEncoder().encode(await port.readLink(path)),
    mode: permissions,
    link: true,
  };
}

const tooLarge = (): PltfError =>
  new PltfError('template-invalid', {
    detail: `the folder holds more than ${templateLimits.files} files or ${templateLimits.bytes} bytes`,
    fix: 'Point at the folder of the golden paths only.',
  });
