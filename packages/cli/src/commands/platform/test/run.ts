import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PltfError } from '@pltf/contracts';
import { type FileMap, type PlatformTest, readFolder, testPlatform } from '@pltf/plan';
import type { Run } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import { exit } from '../../../exit.ts';
import { safe } from '../../../output/safe-text.ts';
import { readPlatformFolder } from '../folder.ts';
import type { platformTestCommand } from './command.ts';

/** Tests the platform as code of a folder. */
export const run: Run<typeof platformTestCommand> = async ({ arguments: { folder } }, context) => {
  const files = readPlatformFolder(context, folder);
  const root = resolve(context.config.workingDirectory, folder ?? '.');
  const tests = await testPlatform(files, await goldenPaths(join(root, 'golden-paths')));
  const failed = tests.filter(({ ok }) => !ok);
  if (context.json) context.out.document({ tests, failed: failed.length });
  else print(context, tests);
  if (failed.length === 0) return exit.done;
  if (context.json) return exit.failed;
  throw new PltfError('platform-invalid', {
    detail: `${failed.length} of ${tests.length} tests failed.`,
    fix: 'Correct what is named above.',
  });
};

async function goldenPaths(root: string): Promise<FileMap | undefined> {
  if (!existsSync(root)) return undefined;
  return readFolder({
    list: async (path) =>
      readdirSync(join(root, path), { withFileTypes: true }).map((entry) => {
        const { name } = entry;
        if (entry.isDirectory()) return { name, kind: 'folder' };
        if (entry.isSymbolicLink()) return { name, kind: 'link' };
        return { name, kind: 'file', mode: statSync(join(root, path, name)).mode };
      }),
    read: async (path) => readFileSync(join(root, path)),
    readLink: async (path) => readlinkSync(join(root, path)),
  });
}

function print({ out }: Context, tests: readonly PlatformTest[]): void {
  for (const { kind, name, ok, problems } of tests) {
    const mark = ok ? out.style.green('✔') : out.style.red('✘');
    out.print(`${mark} ${out.style.dim(kind)} ${safe(name)}`);
    for (const problem of problems)
      for (const line of problem.split('\n')) out.print(`    ${safe(line)}`);
  }
}
