import { PltfError } from '@pltf/contracts';
import type { Sources } from './actions/action.ts';
import { type FileMap, filesBelow, resolvePath } from './file-map.ts';

/** Reads the tree at an absolute URL; callers that allow none leave it out. */
export type ReadUrl = (url: string) => Promise<FileMap>;

/** Resolves `url` from the template's folder, bounded by the root of `files`; a file is a tree of one. */
export function templateSources(files: FileMap, folder: string, readUrl?: ReadUrl): Sources {
  return {
    tree: (url) => {
      if (URL.canParse(url)) {
        if (readUrl !== undefined) return readUrl(url);
        throw missing(
          `${url} is an absolute address`,
          'Put the files beside the template and name them by a relative path.',
        );
      }
      const path = resolvePath(folder, url);
      if (path === undefined) {
        throw missing(
          `${url} leaves the folder of the golden paths`,
          'Only files below that folder can be fetched.',
        );
      }
      const file = files.get(path);
      if (file !== undefined) return new Map([[path.slice(path.lastIndexOf('/') + 1), file]]);
      const tree = filesBelow(files, path);
      if (tree.size === 0)
        throw missing(`there is nothing at ${url}`, 'Correct `url` in the step.');
      return tree;
    },
  };
}

const missing = (detail: string, fix: string): PltfError =>
  new PltfError('template-invalid', { detail, fix });
