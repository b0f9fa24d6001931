import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type ArtifactRequest, ArtifactResult, PltfError } from '@pltf/contracts';
import type { z } from 'zod';
import { readJson, writeAtomically } from '../files/atomic-file.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { storeStream } from './file-store.ts';
import type { OwnerTools } from './owner-tools.ts';
import { relativePath } from './workspace-files.ts';
import { archivePaths, placesOf } from './workspace-paths.ts';
import type { Workspaces } from './workspaces.ts';

type Request = z.infer<typeof ArtifactRequest>;
type Result = z.infer<typeof ArtifactResult>;

/** Files that one job of a run hands to others. */
export interface Artifacts {
  upload(workspace: string, request: Request): Promise<Result>;
  /** Unpacks it into the first of the paths. */
  download(workspace: string, request: Request): Promise<Result>;
  removeRun(run: string): Promise<void>;
}

export interface ArtifactsOptions {
  readonly root: string;
  readonly sandbox: Sandbox;
  readonly tools: OwnerTools;
  readonly workspaces: Workspaces;
}

export function openArtifacts(options: ArtifactsOptions): Artifacts {
  const { root, sandbox, tools, workspaces } = options;
  const fileOf = ({ run, name }: Request) =>
    path.join(root, run, `${Buffer.from(name).toString('base64url')}.tar`);
  const factsOf = (request: Request) => fileOf(request).replace(/\.tar$/, '.json');

  return {
    async upload(id, request) {
      const workspace = workspaces.find(id);
      const account = await sandbox.accounts.open(workspace.owner);
      const places = await placesOf(tools, account, workspace, request.paths);
      if (places.length === 0) return { files: 0, bytes: 0 };
      await mkdir(path.join(root, request.run), { recursive: true, mode: 0o700 });
      const source = await archivePaths(
        tools,
        sandbox,
        account,
        workspace,
        places,
        commonFolder(places),
      );
      const file = fileOf(request);
      const { bytes, digest } = await storeStream(source, `${file}.new`);
      await rename(`${file}.new`, file);
      const result = { files: places.length, bytes, digest };
      await writeAtomically(factsOf(request), JSON.stringify(result));
      return result;
    },
    async download(id, request) {
      const workspace = workspaces.find(id);
      const account = await sandbox.accounts.open(workspace.owner);
      const facts = readJson(factsOf(request), ArtifactResult);
      if (facts === undefined || !existsSync(fileOf(request))) {
        throw new PltfError('not-found', {
          detail: `The run ${request.run} has no artifact ${request.name}.`,
        });
      }
      const place = relativePath(request.paths[0] ?? '.');
      await tools.write(account, workspace.path, ['mkdir', '-p', '--', place], '/dev/null');
      const command = [sandbox.tools.tar, '-x', '-f', '-', '-C', place];
      await tools.write(account, workspace.path, command, fileOf(request));
      return facts;
    },
    async removeRun(run) {
      await rm(path.join(root, run), { recursive: true, force: true });
    },
  };
}

/** The deepest folder that holds all of the files: an artifact begins there. */
export function commonFolder(places: readonly string[]): string {
  let common = path.posix.dirname(places[0] ?? '.').split('/');
  for (const place of places) {
    const parts = path.posix.dirname(place).split('/');
    const differs = common.findIndex((part, index) => part !== parts[index]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return common.join('/');
}
