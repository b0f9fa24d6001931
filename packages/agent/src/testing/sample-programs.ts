import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DesiredPlacement, PlacedRelease, StoredRelease } from '@pltf/contracts';
import type { AgentClient } from './agent-client.ts';

/** A bare repository with commits made on the spot. */
export interface SampleRepository {
  readonly gitDirectory: string;
  /** Commits these files (all there are) and answers the commit's id. */
  commit(files: Readonly<Record<string, string>>): string;
}

const gitEnvironment = {
  PATH: process.env['PATH'] ?? '',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
};

export function createRepository(below: string): SampleRepository {
  const root = mkdtempSync(path.join(below, 'repository-'));
  chmodSync(root, 0o755);
  const gitDirectory = path.join(root, 'bare.git');
  const work = path.join(root, 'work');
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: work, env: gitEnvironment, stdio: ['ignore', 'pipe', 'pipe'] })
      .toString()
      .trim();
  mkdirSync(work);
  git('init', '--quiet', '--bare', '--initial-branch=main', gitDirectory);
  git('init', '--quiet', '--initial-branch=main', '.');
  return {
    gitDirectory,
    commit(files) {
      for (const name of git('ls-files').split('\n')) {
        if (name !== '') rmSync(path.join(work, name), { force: true });
      }
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
        writeFileSync(path.join(work, name), content);
      }
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', 'change');
      git('push', '--quiet', '--force', gitDirectory, 'HEAD:refs/heads/main');
      return git('rev-parse', 'HEAD');
    },
  };
}

/** Answers its version and ends in order on SIGTERM. `more` runs before it listens. */
export const webProgram = (version: string, more = ''): string => `
const http = require('node:http');
${more}
const server = http.createServer((request, response) => {
  const wait = Number(new URL(request.url, 'http://x').searchParams.get('wait') ?? 0);
  request.resume();
  request.on('end', () => setTimeout(() => {
    if (leaving) response.setHeader('connection', 'close');
    response.end('${version} ' + process.env.PLTF_INSTANCE + ' ' + process.pid);
  }, wait));
});
let leaving = false;
process.on('SIGTERM', () => { leaving = true; server.close(() => process.exit(0)); server.closeIdleConnections(); });
server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening ${version}'));
`;

export const owner = { team: 'red', component: 'shop' };

export const gitSource = (repository: SampleRepository, commit: string) => ({
  gitDirectory: repository.gitDirectory,
  commit,
  ref: 'refs/heads/main',
  depth: 1,
  path: '.',
});

/** Stores a commit's files as a release of the agent's. */
export async function storeRelease(
  client: AgentClient,
  repository: SampleRepository,
  files: Readonly<Record<string, string>>,
): Promise<{ readonly stored: StoredRelease; readonly commit: string }> {
  const commit = repository.commit(files);
  const source = gitSource(repository, commit);
  return { stored: await client.release({ owner, from: { source } }), commit };
}

export async function placedRelease(
  client: AgentClient,
  repository: SampleRepository,
  number: number,
  files: Readonly<Record<string, string>>,
): Promise<PlacedRelease> {
  const { stored, commit } = await storeRelease(client, repository, files);
  return { id: `rel_${number}`, number, digest: stored.digest, commit };
}

export type Wish = Partial<Omit<DesiredPlacement, 'run'>> & {
  readonly release: PlacedRelease;
  readonly run?: Partial<DesiredPlacement['run']>;
};

/** A whole wish from what matters in a test. */
export function wish(revision: number, given: Wish): DesiredPlacement {
  const { run, ...rest } = given;
  return {
    id: 'shop.prod',
    owner,
    revision,
    hosts: ['shop.localhost'],
    instances: 1,
    state: 'running',
    restarts: 0,
    keepWarmMs: 60_000,
    ...rest,
    run: {
      command: ['node', 'server.js'],
      serves: true,
      health: '/',
      env: {},
      memoryMiB: 256,
      cpu: 1,
      drainMs: 5000,
      startTimeoutMs: 10_000,
      ...run,
    },
  };
}
