import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PlatformFiles, PlatformPath, PltfError } from '@pltf/contracts';
import type { Context } from '../../context.ts';
import { safe } from '../../output/safe-text.ts';

const maximumFile = 256 * 1024;

const folderOf = ({ config }: Context, folder: string | undefined): string =>
  resolve(config.workingDirectory, folder ?? '.');

/** The platform's files in a folder: `platform.yaml` and `guardrails/*.yaml`; nothing else is read. */
export function readPlatformFolder(
  context: Context,
  folder: string | undefined,
): Readonly<Record<string, string>> {
  const root = folderOf(context, folder);
  if (!existsSync(join(root, 'platform.yaml'))) {
    throw new PltfError('not-found', {
      detail: `There is no platform.yaml in ${folder ?? 'this folder'}.`,
      fix: 'Name its folder, or make one: `pltf platform init` for a new one, `pltf platform show --write FOLDER` for the one in force.',
    });
  }
  const guardrails = join(root, 'guardrails');
  const names = existsSync(guardrails) ? readdirSync(guardrails) : [];
  const paths = ['platform.yaml', ...names.map((name) => `guardrails/${name}`)].filter(
    (path) => PlatformPath.safeParse(path).success,
  );
  const files = Object.fromEntries(paths.map((path) => [path, readText(root, path)]));
  const checked = PlatformFiles.safeParse(files);
  if (checked.success) return checked.data;
  throw new PltfError('platform-invalid', {
    detail: checked.error.issues[0]?.message ?? 'these are no files of a platform',
  });
}

function readText(root: string, path: string): string {
  const file = join(root, path);
  if (statSync(file).size > maximumFile) {
    throw new PltfError('platform-invalid', {
      detail: `${path} is larger than ${maximumFile / 1024} KiB`,
    });
  }
  return readFileSync(file, 'utf8');
}

/** Writes files of a platform into a folder; those that are there already and differ are not touched. */
export function writeFiles(
  context: Context,
  folder: string,
  files: Readonly<Record<string, string>>,
): void {
  const root = folderOf(context, folder);
  const others = Object.entries(files).filter(
    ([path, text]) =>
      existsSync(join(root, path)) && readFileSync(join(root, path), 'utf8') !== text,
  );
  if (others.length > 0 && !context.yes) {
    throw new PltfError('usage-invalid', {
      detail: `${others.map(([path]) => path).join(', ')} in ${folder} would be written over. Nothing was changed.`,
      fix: 'Name an empty folder, or add `--yes`.',
    });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  if (context.json) context.out.document({ folder: root, files: Object.keys(files) });
  else
    for (const path of Object.keys(files)) context.out.print(`Wrote ${safe(join(folder, path))}`);
}
