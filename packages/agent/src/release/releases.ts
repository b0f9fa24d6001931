import { PltfError, type ReleaseRequest, type StoredRelease } from '@pltf/contracts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { OwnerTools } from '../work/owner-tools.ts';
import type { Workspaces } from '../work/workspaces.ts';
import { archiveCommit, workspaceTar } from './release-source.ts';
import type { ReleaseStore } from './release-store.ts';

/** Makes, lists and removes releases for the server. */
export interface Releases {
  make(request: ReleaseRequest): Promise<StoredRelease>;
  list(): readonly StoredRelease[];
  remove(digest: string): Promise<void>;
}

export interface ReleasesOptions {
  readonly store: ReleaseStore;
  readonly sandbox: Sandbox;
  readonly tools: OwnerTools;
  readonly workspaces: Workspaces;
  /** Whether a placement runs it, keeps it warm, or wants it. */
  readonly inUse: (digest: string) => boolean;
  /** What was made of it can go too. */
  readonly onRemoved: () => void;
}

export function createReleases(options: ReleasesOptions): Releases {
  const { store, sandbox } = options;
  return {
    list: () => store.list(),
    async make({ owner, from }) {
      if ('source' in from) {
        const { archive, ended } = archiveCommit(sandbox.tools, from.source);
        return store.store(archive, ended);
      }
      const account = await sandbox.accounts.open(owner);
      const { path } = options.workspaces.find(from.workspace, account);
      const { output, ended } = await options.tools.read(
        account,
        path,
        workspaceTar(sandbox.tools),
      );
      return store.store(output, ended);
    },
    async remove(digest) {
      if (options.inUse(digest)) {
        throw new PltfError('conflict', {
          detail: `The release ${digest.slice(0, 19)}… is needed by a placement.`,
          fix: 'Remove the placement, or deploy another release there first.',
        });
      }
      await store.remove(digest);
      options.onRemoved();
    },
  };
}
