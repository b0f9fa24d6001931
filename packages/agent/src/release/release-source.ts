import type { Readable } from 'node:stream';
import type { GitSource } from '@pltf/contracts';
import { outputOf, spawnTool, toolEnd } from '../process/run-tool.ts';
import type { Tools } from '../sandbox/tools.ts';

/** An archive on its way, and the end of the program that makes it. */
export interface ArchiveStream {
  readonly archive: Readable;
  readonly ended: Promise<unknown>;
}

/** The tree of a commit as `git archive` writes it: the same bytes for the same commit. */
export function archiveCommit(tools: Tools, source: GitSource): ArchiveStream {
  const config = ['-c', 'safe.directory=*', '-c', 'core.attributesFile=/dev/null'];
  const args = [...config, '--git-dir', source.gitDirectory, 'archive', '--format=tar'];
  const child = spawnTool(tools.git, [...args, source.commit]);
  const archive = outputOf(child);
  return { archive, ended: toolEnd(child, 'git archive', 'git-failed', false) };
}

/**
 * The command that archives the folder it runs in, without its Git data, so that the same files give the
 * same bytes: sorted, without times, owners or rights that only this machine knows.
 */
export const workspaceTar = (tools: Tools): readonly string[] => [
  tools.tar,
  ...['--create', '--format=gnu', '--sort=name', '--mtime=@0', '--owner=0', '--group=0'],
  ...['--numeric-owner', '--mode=u+rwX,go+rX,go-w,a-s', '--hard-dereference'],
  ...['--exclude=./.git', '--file=-', '.'],
];
