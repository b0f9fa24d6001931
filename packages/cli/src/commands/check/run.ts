import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { parseThinFile } from '@pltf/plan';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import { safe } from '../../output/safe-text.ts';
import type { checkCommand } from './command.ts';

/** Reads a thin file by the same code as the platform does. */
export const run: Run<typeof checkCommand> = async ({ arguments: { file } }, context) => {
  const { out, json, config } = context;
  const name = file ?? 'pltf.yaml';
  const parsed = parseThinFile(readText(resolve(config.workingDirectory, name), name), name);
  if (!parsed.ok) {
    throw new PltfError('spec-invalid', {
      detail: `${name} cannot be used as it is.`,
      errors: parsed.problems,
    });
  }
  if (json) out.document(parsed.file);
  else out.print(`${out.style.green('✔')} ${safe(name)}: ${parsed.file.kind} ${parsed.file.name}`);
  return exit.done;
};

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PltfError('not-found', {
      detail: `${name} cannot be read: ${cause instanceof Error ? cause.message : ''}`,
      fix: 'Name the file: pltf check FILE',
      cause,
    });
  }
}
