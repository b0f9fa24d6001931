import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { PltfError, ReleaseImage } from '@pltf/contracts';
import { readJson, writeAtomically } from '../../files/atomic-file.ts';
import { type LogStore, openLogStore } from '../../logs/log-store.ts';

/** What is kept of each release's image, below a folder of its own. */
export interface ImageFiles {
  read(release: string): ReleaseImage | undefined;
  write(image: ReleaseImage): Promise<void>;
  /** The log of the latest attempt; `fresh` begins a new one. */
  log(release: string, fresh?: boolean): Promise<LogStore>;
  writeDocument(release: string, name: ImageDocument, content: unknown): Promise<void>;
  /** Throws `not-found`. */
  readDocument(release: string, name: ImageDocument): unknown;
  list(): readonly ReleaseImage[];
  remove(release: string): Promise<void>;
}

export type ImageDocument = 'sbom' | 'provenance';

const segmentBytes = 5 * 1024 * 1024;
const segments = 3;

export function openImageFiles(root: string): ImageFiles {
  const logs = new Map<string, LogStore>();
  const folderOf = (release: string) => path.join(root, release.replace(/^sha256:/, ''));
  const read = (release: string) =>
    readJson(path.join(folderOf(release), 'image.json'), ReleaseImage);
  const open = (release: string): LogStore => {
    const folder = path.join(folderOf(release), 'log');
    const log = logs.get(release) ?? openLogStore({ folder, segmentBytes, segments });
    logs.set(release, log);
    return log;
  };
  return {
    read,
    async write(image) {
      const folder = folderOf(image.release);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      await writeAtomically(path.join(folder, 'image.json'), JSON.stringify(image));
    },
    async log(release, fresh) {
      if (fresh !== true) return open(release);
      logs.get(release)?.finish();
      logs.delete(release);
      await rm(path.join(folderOf(release), 'log'), { recursive: true, force: true });
      return open(release);
    },
    writeDocument: (release, name, content) =>
      writeAtomically(path.join(folderOf(release), `${name}.json`), JSON.stringify(content)),
    readDocument(release, name) {
      try {
        return JSON.parse(readFileSync(path.join(folderOf(release), `${name}.json`), 'utf8'));
      } catch {
        throw new PltfError('not-found', {
          detail: `The release ${release.slice(0, 19)}… has no image with a ${name}.`,
        });
      }
    },
    list: () =>
      readdirSync(root)
        .map((name) => read(`sha256:${name}`))
        .filter((image) => image !== undefined),
    async remove(release) {
      logs.get(release)?.finish();
      logs.delete(release);
      await rm(folderOf(release), { recursive: true, force: true });
    },
  };
}
