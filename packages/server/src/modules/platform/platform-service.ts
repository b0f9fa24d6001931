import { type PlatformPlan, PltfError } from '@pltf/contracts';
import { differences, platformDigest } from '@pltf/plan';
import { sql } from 'kysely';
import { channels, transact } from '../../persistence/transaction.ts';
import { type LivePlatform, versionZero } from './live-platform.ts';
import { firstFiles, messageOf } from './platform-commits.ts';
import type { PlatformGit } from './platform-git.ts';
import {
  type PlannedFiles,
  type PlatformPlanning,
  planChange,
  readFiles,
  refuseBreaking,
} from './platform-planning.ts';
import type { PlatformQueries, PlatformStore } from './platform-store.ts';
import type { Files, PlatformVersion } from './platform-version.ts';

export const platformReconciler = 'platform';
/** The one key of that reconciler: there is one platform. */
export const platformKey = 'platform';

export interface PlatformServiceDependencies extends PlatformPlanning {
  readonly store: PlatformStore;
  readonly queries: PlatformQueries;
  readonly live: LivePlatform;
  readonly git: PlatformGit;
}

export interface Expected {
  readonly version: number;
  readonly digest: string;
}

export interface ChangeRequest extends PlannedFiles {
  /** What the person has seen; absent for a push, which says it by its parent. */
  readonly expected: Expected | undefined;
  /** The digest of the plan that was shown. */
  readonly plan?: string | undefined;
  readonly author: string;
  readonly via: 'apply' | 'push' | 'revert';
  readonly why: string | undefined;
  readonly reverts?: number | undefined;
  /** For a push: the commit that holds the files already. */
  readonly commit?: string | undefined;
}

export interface Changed {
  readonly version: PlatformVersion;
  readonly plan: PlatformPlan;
}

export interface PlatformService {
  /** Makes the platform's own repository when it is not there yet. */
  ensureRepository(): Promise<void>;
  plan(planned: PlannedFiles): Promise<PlatformPlan>;
  /** The files of a version; throws `not-found`. */
  filesOf(version: number): Promise<Files>;
  /**
   * Makes the files the platform: one transaction, so that it is done or not done. Throws `platform-changed` when
   * another version is in force than the one expected, `platform-refused` for what would break what runs.
   */
  change(request: ChangeRequest): Promise<Changed>;
}

/** Plans, changes and reverts the platform. */
export function platformService(dependencies: PlatformServiceDependencies): PlatformService {
  const { live, queries } = dependencies;
  return {
    ensureRepository: async () => {
      refuseManaged(live);
      if (!(await dependencies.git.exists())) await ensure(dependencies, await live.version());
    },
    plan: async (planned) => planChange(dependencies, await live.version(), planned),
    filesOf: async (number) => {
      const current = await live.version();
      if (number === current.number) return current.files;
      const version = number === 0 ? versionZero() : await queries.version(number);
      if (version !== undefined) return version.files;
      throw new PltfError('not-found', {
        detail: `there is no version ${number} of the platform`,
        fix: '`pltf platform history` shows those that there are.',
      });
    },
    change: (request) => change(dependencies, request),
  };
}

async function change(
  dependencies: PlatformServiceDependencies,
  request: ChangeRequest,
): Promise<Changed> {
  const { live } = dependencies;
  refuseManaged(live);
  readFiles(request.files);
  const base = await live.version();
  if (request.expected !== undefined) await refuseStale(dependencies, base, request.expected);
  const plan = await planChange(dependencies, base, request);
  refuseBreaking(plan);
  if (request.plan !== undefined && request.plan !== plan.digest) throw planChanged(plan);
  if (plan.outcome === 'unchanged') return { version: base, plan };
  const placed = await inGit(dependencies, base, request);
  const version: PlatformVersion = {
    number: base.number + 1,
    digest: plan.target,
    files: request.files,
    author: request.author,
    via: request.via,
    why: request.why,
    reverts: request.reverts,
    plan,
    ...placed,
    createdAt: undefined,
  };
  await record(dependencies, base, version);
  await live.refresh();
  if (placed.parent !== undefined) await dependencies.git.move(placed.commit, placed.parent);
  return { version: (await dependencies.queries.version(version.number)) ?? version, plan };
}

/** Where only the operator's file says what the platform is, nobody else does. */
export function refuseManaged({ managedBy }: LivePlatform): void {
  if (managedBy === undefined) return;
  throw new PltfError('platform-managed', {
    detail: `the platform is what ${managedBy} says`,
    fix: 'Change that file and start the server again; without PLTF_PLATFORM_FILE the platform is changed here.',
  });
}

async function refuseStale(
  { queries }: PlatformServiceDependencies,
  base: PlatformVersion,
  expected: Expected,
): Promise<void> {
  if (expected.version === base.number && expected.digest === base.digest) return;
  const seen = expected.version === 0 ? versionZero() : await queries.version(expected.version);
  throw staleness(seen, base);
}

const mostDifferences = 20;

/** Says what changed between the version that somebody saw and the one that is in force. */
function staleness(seen: PlatformVersion | undefined, now: PlatformVersion): PltfError {
  const changes = seen === undefined ? [] : differences(settingsOf(seen), settingsOf(now));
  return new PltfError('platform-changed', {
    detail: `${now.author} made version ${now.number}${now.why === undefined ? '' : ` (${now.why})`} meanwhile`,
    fix: `Take it in and plan again: \`pltf platform show --write FOLDER\` writes version ${now.number}.`,
    errors: changes.slice(0, mostDifferences).map(({ path, before, after }) => ({
      where: path,
      message: `was ${text(before)}, is ${text(after)}`,
    })),
  });
}

function settingsOf({ files }: PlatformVersion): unknown {
  const { file } = readFiles(files);
  const documents = Object.entries(files).filter(([path]) => path !== 'platform.yaml');
  return {
    ...file,
    documents: Object.fromEntries(
      documents.map(([path, body]) => [path, platformDigest({ body })]),
    ),
  };
}

const text = (value: unknown): string =>
  value === undefined ? 'not there' : JSON.stringify(value).slice(0, 200);

const planChanged = (plan: PlatformPlan): PltfError =>
  new PltfError('platform-changed', {
    detail: 'what runs has changed since this was planned, and the plan with it',
    errors: [
      {
        where: 'placements',
        message: `now ${plan.placements.unchanged} unchanged, ${plan.placements.changed} change in ${plan.classes.length} ways`,
      },
    ],
  });

/** The commit of the new version: made without moving the branch, so that nothing shows before it is in force. */
async function inGit(
  dependencies: PlatformServiceDependencies,
  base: PlatformVersion,
  request: ChangeRequest,
): Promise<{ readonly commit: string; readonly parent: string | undefined }> {
  const { git, clock } = dependencies;
  if (request.commit !== undefined) return { commit: request.commit, parent: undefined };
  await ensure(dependencies, base);
  const parent = await git.head();
  if (parent === undefined)
    throw new PltfError('git-failed', { detail: "the platform's repository has no branch main" });
  const { files, author } = request;
  const commit = await git.commit({
    ...{ parent, files, author, at: clock.now() },
    message: messageOf(request),
  });
  return { commit, parent };
}

async function ensure(
  { git, clock }: PlatformServiceDependencies,
  { files, author, number }: PlatformVersion,
): Promise<void> {
  const message = number === 0 ? 'The platform as it is\n' : `Version ${number} of the platform\n`;
  await git.ensure({ files: firstFiles(files), author, message, at: clock.now() });
}

async function record(
  { db, store, queries }: PlatformServiceDependencies,
  base: PlatformVersion,
  version: PlatformVersion,
): Promise<void> {
  await transact(db, async (tx) => {
    await store.lock(tx);
    const now = await queries.newest(tx.sql);
    if (now !== undefined && now.number !== base.number) throw staleness(base, now);
    await store.add(tx, version);
    await store.setRefused(tx, undefined);
    const { number, author, why, plan, digest, via, reverts } = version;
    tx.tell({
      type: 'platform-changed',
      actor: author,
      why,
      summary:
        reverts === undefined
          ? `The platform is at version ${number}`
          : `The platform is at version ${number}, which is version ${reverts} again`,
      data: {
        ...{ version: number, digest, via },
        placements: plan?.placements ?? {},
        ways: plan?.classes.length ?? 0,
      },
    });
    tx.wake(platformReconciler, platformKey);
    await sql`select pg_notify(${channels.platform}, '')`.execute(tx.sql);
  });
}
