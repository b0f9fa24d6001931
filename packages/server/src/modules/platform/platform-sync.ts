import { type PlatformPlan, PltfError } from '@pltf/contracts';
import { platformDigest } from '@pltf/plan';
import { transact } from '../../persistence/transaction.ts';
import type { Changed, PlatformService, PlatformServiceDependencies } from './platform-service.ts';
import type { PlatformVersion } from './platform-version.ts';

/** What came of comparing the repository with the version in force. */
export type Synced =
  | { readonly outcome: 'settled' }
  | ({ readonly outcome: 'applied' } & Changed)
  | { readonly outcome: 'refused'; readonly error: PltfError; readonly plan?: PlatformPlan };

export interface PlatformSync {
  /**
   * Brings the branch `main` of the platform's repository and the version in force together, whatever a kill left
   * between them: a version that the branch lacks is put there, a push that git has taken is put in force. One that
   * cannot be is refused, and the branch goes back to what is in force. Safe at any time and any number of times.
   */
  reconcile(actor: string): Promise<Synced>;
}

export function platformSync(
  dependencies: PlatformServiceDependencies,
  service: PlatformService,
): PlatformSync {
  const { git, live } = dependencies;
  return {
    reconcile: async (actor) => {
      const [head, version] = [await git.head(), await live.version()];
      if (head === undefined || live.managedBy !== undefined || head === version.commit)
        return { outcome: 'settled' };
      if (version.parent === head && version.commit !== undefined) {
        await git.move(version.commit, head);
        return { outcome: 'settled' };
      }
      const files = await git.files(head);
      if (platformDigest(files) === version.digest) return { outcome: 'settled' };
      try {
        await refuseDetour(dependencies, version, head);
        const request = { files, author: actor, via: 'push', commit: head } as const;
        const changed = await service.change({ ...request, expected: undefined, why: undefined });
        return { outcome: 'applied', ...changed };
      } catch (error) {
        // What is no fault of the push is tried again.
        if (!(error instanceof PltfError) || error.kind.status >= 500) throw error;
        await refuse(dependencies, { head, version, actor, error });
        return { outcome: 'refused', error };
      }
    },
  };
}

/** A push from beside the version in force would undo it without anybody having seen that. */
async function refuseDetour(
  { git }: PlatformServiceDependencies,
  { commit, number, author }: PlatformVersion,
  head: string,
): Promise<void> {
  if (commit === undefined || (await git.isAncestor(commit, head))) return;
  throw new PltfError('platform-changed', {
    detail: `${author} made version ${number} meanwhile, and this push does not know it`,
    fix: 'Take it in and push again: `git pull --rebase`.',
  });
}

interface Refusal {
  readonly head: string;
  readonly version: PlatformVersion;
  readonly actor: string;
  readonly error: PltfError;
}

async function refuse(
  { db, store, git, clock }: PlatformServiceDependencies,
  { head, version, actor, error }: Refusal,
): Promise<void> {
  const reason = [error.detail, ...error.errors.map(({ where, message }) => `${where}: ${message}`)]
    .join('\n')
    .slice(0, 4000);
  await transact(db, async (tx) => {
    await store.setRefused(tx, { commit: head, by: actor, reason, at: clock.now() });
    tx.tell({
      type: 'platform-refused',
      actor,
      summary: `A push to the platform is not in force: ${error.detail}`,
      data: { commit: head, code: error.code, version: version.number },
    });
  });
  await git.move(version.commit ?? (await git.root(head)), head);
}
