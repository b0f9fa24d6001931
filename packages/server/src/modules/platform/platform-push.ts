import { type PlatformPlan, PltfError } from '@pltf/contracts';
import { planLines, refusalLines } from './plan-lines.ts';
import { type ExaminedPush, type PushedRef, platformBranch } from './platform-git.ts';
import { readFiles, refuseBreaking } from './platform-planning.ts';
import {
  type PlatformService,
  type PlatformServiceDependencies,
  refuseManaged,
} from './platform-service.ts';
import type { PlatformSync } from './platform-sync.ts';

/** What a push to the platform's repository is told before git takes it. */
export type PushAnswer =
  | { readonly taken: true; readonly lines: readonly string[] }
  | { readonly taken: false; readonly answer: Uint8Array; readonly reason: string };

export interface PlatformPushes {
  /** Looks at a push before git takes it: what it would change, and whether that may be. */
  check(body: Uint8Array): Promise<PushAnswer>;
  /** After git has taken it: puts it in force, and says so. */
  taken(actor: string): Promise<readonly string[]>;
}

const branchRef = `refs/heads/${platformBranch}`;

export function platformPushes(
  dependencies: PlatformServiceDependencies,
  service: PlatformService,
  sync: PlatformSync,
): PlatformPushes {
  const { git, live } = dependencies;
  return {
    check: async (body) => {
      // What another apply has left undone comes first: this push must see it.
      await sync.reconcile('platform');
      await using push = await git.examine(body);
      try {
        refuseManaged(live);
        return { taken: true, lines: await examined(service, push) };
      } catch (error) {
        if (!(error instanceof PltfError) || error.kind.status >= 500) throw error;
        const lines = refusalLines(error);
        return { taken: false, answer: push.refusal(lines, error.detail), reason: error.detail };
      }
    },
    taken: async (actor) => {
      const synced = await sync.reconcile(actor);
      if (synced.outcome === 'settled') return ['The platform is as it was.'];
      if (synced.outcome === 'refused')
        return [
          'Taken, and NOT in force: another change came in between. The branch is back at what is in force.',
          ...refusalLines(synced.error),
        ];
      return [`Version ${synced.version.number} of the platform is in force.`];
    },
  };
}

/** The plan of the branch that counts, or else of the first that was pushed. */
async function examined(service: PlatformService, push: ExaminedPush): Promise<readonly string[]> {
  const main = push.refs.find(({ ref }) => ref === branchRef);
  if (main !== undefined) {
    await refuseRewriting(push, main);
    return planLines(await planOf(service, push, main.after ?? ''));
  }
  const other = push.refs.find(({ after }) => after !== undefined);
  if (other?.after === undefined) return [];
  const plan = await service
    .plan({ files: await filesAt(push, other.after) })
    .catch((error: unknown) => {
      if (error instanceof PltfError) return error;
      throw error;
    });
  const name = other.ref.replace('refs/heads/', '');
  const said = plan instanceof PltfError ? refusalLines(plan) : planLines(plan);
  return [`${name} is not in force; on ${platformBranch} it would be:`, ...said];
}

async function planOf(
  service: PlatformService,
  push: ExaminedPush,
  commit: string,
): Promise<PlatformPlan> {
  const plan = await service.plan({ files: await filesAt(push, commit) });
  refuseBreaking(plan);
  return plan;
}

async function filesAt(push: ExaminedPush, commit: string) {
  const files = await push.files(commit);
  readFiles(files);
  return files;
}

/** The versions are a line: what was in force is not taken out of it. */
async function refuseRewriting(push: ExaminedPush, { before, after }: PushedRef): Promise<void> {
  const forward =
    after !== undefined && (before === undefined || (await push.isAncestor(before, after)));
  if (forward) return;
  throw new PltfError('conflict', {
    detail: `${platformBranch} only goes forward`,
    fix: '`pltf platform revert` goes back to an older version, by a new one.',
  });
}
