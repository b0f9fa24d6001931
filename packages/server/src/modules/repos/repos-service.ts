import { BranchName } from '@pltf/contracts';
import type { Clock } from '../../kernel/clock.ts';
import { newId } from '../../kernel/ids.ts';
import { type Db, type Tx, transact } from '../../persistence/transaction.ts';
import { type BranchMove, branchMoves } from './branch-difference.ts';
import type { GitHost } from './git-host.ts';
import type { Push, PushListener } from './push.ts';
import type { ReposStore } from './repos-store.ts';

export interface ReposDependencies {
  readonly db: Db;
  readonly store: ReposStore;
  readonly git: GitHost;
  readonly clock: Clock;
  readonly listener: PushListener;
}

export interface ReposService {
  /**
   * Compares the repository's branches with those recorded and tells each difference as one push. Safe to call at
   * any time and any number of times: what was told is not told again, what a kill left untold is told now.
   */
  observe(component: string, actor: string): Promise<readonly Push[]>;
}

/** A push of a thousand branches is told in several transactions: others wait for each only. */
const mostAtOnce = 50;

export function reposService(dependencies: ReposDependencies): ReposService {
  return {
    observe: async (component, actor) => {
      const told: Push[] = [];
      for (;;) {
        const pushes = await observeSome(dependencies, component, actor);
        told.push(...pushes);
        if (pushes.length < mostAtOnce) return told;
      }
    },
  };
}

async function observeSome(
  dependencies: ReposDependencies,
  component: string,
  actor: string,
): Promise<readonly Push[]> {
  const { db, git, store } = dependencies;
  // Not made yet, or removed: nothing is told. Branches do not end because their repository cannot be seen.
  if (!(await git.exists(component))) return [];
  const read = await git.branches(component);
  return transact(db, async (tx) => {
    const recorded = await store.lockBranches(tx, component);
    if (recorded === undefined || branchMoves(recorded, read).length === 0) return [];
    // What was read before the lock may be older than what another observer recorded meanwhile.
    const moves = branchMoves(recorded, await git.branches(component));
    const pushes: Push[] = [];
    for (const move of moves.slice(0, mostAtOnce)) {
      pushes.push(await record(dependencies, tx, component, actor, move));
    }
    return pushes;
  });
}

async function record(
  { store, clock, listener }: ReposDependencies,
  tx: Tx,
  component: string,
  actor: string,
  move: BranchMove,
): Promise<Push> {
  const push: Push = { id: newId('push', clock.now()), component, actor, ...move };
  await store.recordMove(tx, component, move);
  await store.recordPush(tx, push);
  const gone = move.after === undefined;
  tx.tell({
    type: gone ? 'branch-deleted' : 'branch-pushed',
    actor,
    component,
    summary: gone
      ? `Branch ${move.branch} was deleted`
      : `Pushed ${(move.after ?? '').slice(0, 8)} to ${move.branch}`,
    data: {
      push: push.id,
      branch: move.branch,
      before: move.before ?? null,
      after: move.after ?? null,
    },
  });
  // A branch that git allows and hosts, paths or output cannot carry safely is recorded, and not built.
  if (BranchName.safeParse(move.branch).success) await listener.pushed(tx, push);
  return push;
}
