import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { BranchName, type GitSource } from '@pltf/contracts';
import { runTool, spawnTool, toolEnd } from '../process/run-tool.ts';
import type { Tools } from '../sandbox/tools.ts';

const quiet = [
  ...['-c', 'safe.directory=*', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.auto=0'],
  ...['-c', 'maintenance.auto=false', '-c', 'advice.detachedHead=false'],
];

const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
`;

/**
 * Puts a commit of a local repository into an empty folder, with a Git folder of its own. The repository's
 * skeleton is written here and a history of one commit is packed directly: `git clone` starts a dozen
 * processes and takes three times as long.
 */
export async function checkOut(tools: Tools, folder: string, source: GitSource): Promise<void> {
  const git = path.join(folder, '.git');
  for (const name of ['objects/pack', 'refs/heads', 'refs/tags', 'info']) {
    mkdirSync(path.join(git, name), { recursive: true });
  }
  writeFileSync(path.join(git, 'config'), config);
  pointHead(git, source);
  if (source.depth === 1) await copyCommit(tools, git, source);
  else await fetchHistory(tools, folder, source);
  await runTool(tools.git, [...quiet, 'read-tree', '-u', '--reset', source.commit], {
    directory: folder,
    umask: '022',
    code: 'git-failed',
  });
}

/** On the branch that was pushed, or on the commit alone. */
function pointHead(git: string, { ref, commit }: GitSource): void {
  const branch = BranchName.safeParse(/^refs\/heads\/(.+)$/s.exec(ref)?.[1]);
  if (!branch.success) {
    writeFileSync(path.join(git, 'HEAD'), `${commit}\n`);
    return;
  }
  const file = path.join(git, 'refs', 'heads', branch.data);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${commit}\n`);
  writeFileSync(path.join(git, 'HEAD'), `ref: refs/heads/${branch.data}\n`);
}

/** The objects of one commit, which becomes the beginning of the history. */
async function copyCommit(tools: Tools, git: string, source: GitSource): Promise<void> {
  const from = ['--git-dir', source.gitDirectory];
  const packing = spawnTool(
    tools.git,
    [...quiet, ...from, 'pack-objects', '--revs', '--stdout', '--quiet', '--delta-base-offset'],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const packed = toolEnd(packing, 'git pack-objects', 'git-failed', false);
  const indexing = spawnTool(tools.git, [...quiet, '--git-dir', git, 'index-pack', '--stdin'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const indexed = toolEnd(indexing, 'git index-pack', 'git-failed');
  indexed.catch(() => packing.kill());
  packing.stdin?.on('error', () => undefined);
  // The shallow line makes the commit's parents unknown to the packer.
  packing.stdin?.end(`--shallow ${source.commit}\n${source.commit}\n`);
  indexing.stdin?.on('error', () => undefined);
  packing.stdout?.pipe(indexing.stdin as NodeJS.WritableStream);
  const [made] = await Promise.allSettled([packed, indexed]);
  if (made.status === 'rejected') throw made.reason;
  await indexed;
  writeFileSync(path.join(git, 'shallow'), `${source.commit}\n`);
}

async function fetchHistory(tools: Tools, folder: string, source: GitSource): Promise<void> {
  const depth = source.depth === 0 ? [] : [`--depth=${source.depth}`];
  const words = ['--quiet', '--no-tags', '--no-recurse-submodules', '--update-head-ok'];
  await runTool(
    tools.git,
    [...quiet, 'fetch', ...words, ...depth, source.gitDirectory, source.commit],
    { directory: folder, code: 'git-failed' },
  );
}
