import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { documentTexts } from '@pltf/plan/planning';
import type { Context } from '../context.ts';

/** One document of a file, in which every line keeps its number. */
export interface ThinFileText {
  readonly fileName: string;
  readonly text: string;
}

const usualFiles = ['pltf.yaml', 'score.yaml'];
/** More than any thin file has, and little enough to read before it is refused. */
const mostCharacters = 1024 * 1024;

/** The documents of the file named, of stdin for `-`, or of the usual file of this folder. */
export async function readThinFile(
  { config, input }: Pick<Context, 'config' | 'input'>,
  name: string | undefined,
): Promise<readonly ThinFileText[]> {
  if (name === '-') return documents('stdin', await input.readAll(mostCharacters));
  const found = (name === undefined ? usualFiles : [name])
    .map((fileName) => ({ fileName, text: textOf(resolve(config.workingDirectory, fileName)) }))
    .find((file): file is ThinFileText => typeof file.text === 'string');
  if (found !== undefined) return documents(found.fileName, found.text);
  throw new PltfError('not-found', {
    detail:
      name === undefined
        ? `there is neither ${usualFiles.join(' nor ')} in ${config.workingDirectory}`
        : `${name} cannot be read`,
    fix: 'Name the file: `pltf plan -f FILE`. Two lines make one: `kind: service` and `name: my-service`.',
  });
}

const documents = (fileName: string, text: string): readonly ThinFileText[] =>
  documentTexts(text).map((document) => ({ fileName, text: document }));

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
