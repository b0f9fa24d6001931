import { createHash } from 'node:crypto';
import { PltfError } from '@pltf/contracts';
import {
  argoApplication,
  argoApplicationSet,
  argoBootstrap,
  argoProject,
  blockYaml,
  bootstrapPath,
  type CommitText,
  type Follower,
  fluxBootstrap,
  fluxKustomization,
  followerPath,
  followersFolder,
  gitAttributes,
  type KubernetesObject,
  ownerPath,
  type Ring,
  readOwner,
  repositoryGuide,
  ringFolder,
  type SourceCommit,
  writeOwner,
} from '@pltf/plan/render';
import { type Clock, systemClock } from '../../../../kernel/clock.ts';
import type { CommitAnswer, EnvironmentRepo } from '../../../environment-repo/index.ts';

const encoder = new TextEncoder();
/** What Git hosts recommend for one file at most. */
const longestManifest = 1_000_000;

/** One manifest as bytes; refused when it is longer than a Git host likes. */
export function manifestBytes(placement: string, objects: readonly KubernetesObject[]): Uint8Array {
  const bytes = encoder.encode(blockYaml(objects));
  if (bytes.length <= longestManifest) return bytes;
  throw new PltfError('manifest-too-large', {
    detail: `the manifest of ${placement} is ${bytes.length} bytes long, and may be ${longestManifest}`,
  });
}

/** The name that git gives to a file's contents; by the length of a commit's name one sees which hash it uses. */
export const blobOf = (bytes: Uint8Array, commit: string): string =>
  createHash(commit.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');

/** One ring of an environment repository: what is in it, and how it is changed. */
export interface RingRepository {
  readonly ring: Ring;
  /** The branch's commit as it was last seen or written here; undefined before the first. */
  head(): Promise<string | undefined>;
  /** Asks anew where the branch is. */
  refresh(): Promise<string | undefined>;
  /** Somebody has come to this commit: when it is not known here, others have committed. True when the branch moved. */
  noticed(commit: string): Promise<boolean>;
  /** The file's contents by their name in git; undefined when there is none, or the commit is not known here. */
  blobAt(commit: string, path: string): Promise<string | undefined>;
  /** Whether there is a file of the ring below that folder, beside the one at `except`. */
  others(commit: string, folder: string, except: string): Promise<boolean>;
  /** Tombstones below a folder of the ring, each with the name of its contents. */
  tombstones(commit: string, folder: string): Promise<readonly (readonly [string, string])[]>;
  write(
    changes: ReadonlyMap<string, Uint8Array | undefined>,
    text: CommitText,
    /** The component's own commit, for who promotes. */
    source?: SourceCommit,
    /** The commit that it has to come right after, else `conflict`; absent: it comes on top of whatever is there. */
    expectedHead?: string,
  ): Promise<CommitAnswer>;
  /** The follower's file, and on the first write all that makes the ring found. */
  following(follower: Follower, mayBecomeEmpty: boolean): Promise<Map<string, Uint8Array>>;
  /** The follower's own file. */
  followerPath(follower: Follower): string;
  /** What it holds now; undefined when it is not there. */
  followerFile(follower: Follower): Promise<Uint8Array | undefined>;
}

const mostListings = 20;
const mostTold = 200;
/** An agent may lag, and a branch may have been forced back to where it was: which one it is, the host is asked. */
const askedAgainMs = 60_000;

export interface RingRepositoryOptions {
  readonly repo: EnvironmentRepo;
  readonly ring: Ring;
  readonly branch: string;
  /** The folder of which commits are read; the ring's own when absent. */
  readonly folder?: string | undefined;
  /** Told of each commit that changed something. */
  readonly onWritten?: ((commit: string) => void) | undefined;
  readonly clock?: Clock | undefined;
}

export function ringRepository({
  repo,
  ring,
  branch,
  folder = ringFolder(ring.ring),
  onWritten,
  clock = systemClock,
}: RingRepositoryOptions): RingRepository {
  const ref = `refs/heads/${branch}`;
  /** By commit: the ring's files with the names of their contents. */
  const listings = new Map<string, Promise<ReadonlyMap<string, string>>>();
  let head: string | undefined;
  let first: Promise<string | undefined> | undefined;
  const refresh = async (): Promise<string | undefined> => {
    head = await repo.head(ref);
    return head;
  };
  /** Many placements begin to look at once, and the host is asked for all of them. */
  const known = async (): Promise<string | undefined> => {
    if (head !== undefined) return head;
    first ??= refresh().finally(() => {
      first = undefined;
    });
    return first;
  };
  /** Commits that need no look at the branch now: those it was at, and those that were told of lately, each since when. */
  const told = new Map<string, number>();
  const listed = async (commit: string): Promise<ReadonlyMap<string, string>> => {
    const entries = await repo.list(commit, folder, { deep: true });
    return new Map(
      entries.flatMap(({ kind, path, object }) =>
        kind === 'file' ? [[path, object] as const] : [],
      ),
    );
  };
  const listing = async (commit: string): Promise<ReadonlyMap<string, string>> => {
    const before = listings.get(commit);
    if (before !== undefined) return before;
    const begun = listed(commit);
    listings.set(commit, begun);
    const [oldest] = listings.keys();
    if (listings.size > mostListings && oldest !== undefined) listings.delete(oldest);
    const files = await begun.catch((error: unknown) => {
      listings.delete(commit);
      throw error;
    });
    // A commit that is not here yet may come.
    if (files.size === 0) listings.delete(commit);
    return files;
  };
  const pathOf = (follower: Follower): string => followerPath(ring.agent, ring.ring, follower);
  return {
    ring,
    head: known,
    refresh,
    noticed: async (commit) => {
      const before = head;
      const now = clock.now().getTime();
      if (commit === before || now - (told.get(commit) ?? 0) < askedAgainMs) return false;
      told.set(commit, now);
      const [oldest] = told.keys();
      if (told.size > mostTold && oldest !== undefined) told.delete(oldest);
      return (await refresh()) !== before;
    },
    blobAt: async (commit, path) => (await listing(commit)).get(path),
    others: async (commit, folder, except) => {
      const files = await listing(commit);
      for (const path of files.keys())
        if (path.startsWith(`${folder}/`) && path.endsWith('/manifest.yaml') && path !== except)
          return true;
      return false;
    },
    tombstones: async (commit, folder) =>
      [...(await listing(commit))].filter(
        ([path]) => path.startsWith(`${folder}/`) && path.endsWith('/TOMBSTONE'),
      ),
    write: async (changes, { message, trailers }, _source, expectedHead) => {
      const after = expectedHead === undefined ? {} : { expectedHead };
      const answer = await repo.commit({ ref, changes, message, trailers, ...after });
      head = answer.commit;
      told.set(head, clock.now().getTime());
      if (!answer.unchanged) onWritten?.(head);
      return answer;
    },
    following: async (follower, mayBecomeEmpty) => {
      const own = yaml([followerObject(ring, follower, mayBecomeEmpty)]);
      const fixed = await fixedFiles(ring, repo, await known());
      return new Map([...fixed, [pathOf(follower), own]]);
    },
    followerPath: pathOf,
    followerFile: async (follower) => {
      const at = await known();
      return at === undefined ? undefined : repo.read(at, pathOf(follower));
    },
  };
}

const yaml = (objects: readonly KubernetesObject[]): Uint8Array =>
  encoder.encode(blockYaml(objects));

function followerObject(ring: Ring, follower: Follower, mayBecomeEmpty: boolean): KubernetesObject {
  if (ring.agent === 'flux') return fluxKustomization(ring, follower);
  return ring.destination.kind === 'ring'
    ? argoApplicationSet(ring, follower, mayBecomeEmpty)
    : argoApplication(ring, follower, mayBecomeEmpty);
}

/** Two installations that write one ring would take each other's placements out of the clusters, by turns. */
function refuseForeign({ ring, platform, repository }: Ring, owner: Uint8Array | undefined): void {
  const other = owner === undefined ? undefined : readOwner(new TextDecoder().decode(owner));
  if (other === undefined || other.platform === platform) return;
  const where = other.portal === undefined ? '' : ` (${other.portal})`;
  throw new PltfError('environment-repository-taken', {
    detail: `the ring ${ring} of ${repository} is written by the platform ${other.platform}${where}, and this one is ${platform}`,
    fix: `Give the runtime a \`ring\` of its own. Where that platform is gone for good, or is this one before it was set up anew, delete ${ownerPath(ring)} in the repository.`,
  });
}

/** What is written once; a README that people made their own stays theirs. */
async function fixedFiles(
  ring: Ring,
  repo: EnvironmentRepo,
  head: string | undefined,
): Promise<readonly (readonly [string, Uint8Array])[]> {
  const { agent } = ring;
  const { platform, portal } = ring;
  const owner = writeOwner({ platform, ...(portal === undefined ? {} : { portal }) });
  const own = [
    ['README.md', encoder.encode(repositoryGuide(agent, ring.ring))],
    ['.gitattributes', encoder.encode(gitAttributes)],
    [ownerPath(ring.ring), encoder.encode(owner)],
  ] as const;
  const there =
    head === undefined
      ? new Map<string, Uint8Array>()
      : await repo.readMany(
          head,
          own.map(([path]) => path),
        );
  refuseForeign(ring, there.get(ownerPath(ring.ring)));
  const bootstrap = agent === 'argocd' ? argoBootstrap(ring) : fluxBootstrap(ring);
  return [
    ...own.filter(([path]) => !there.has(path)),
    [bootstrapPath(agent, ring.ring), yaml(bootstrap)],
    ...(agent === 'argocd'
      ? [[`${followersFolder(agent, ring.ring)}/project.yaml`, yaml([argoProject(ring)])] as const]
      : []),
  ];
}
