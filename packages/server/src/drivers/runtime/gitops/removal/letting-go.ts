import {
  blockYaml,
  type ClusterFacts,
  commitText,
  lettingGo,
  readTombstone,
} from '@pltf/plan/render';
import type { LetGoAnswer, RolloutRecord } from '../../../../modules/runtime/index.ts';
import { agentHands } from '../../kubernetes/apply/agent-hands.ts';
import type { GitOpsDependencies } from '../dependencies.ts';
import { readManifest } from '../drift/manifest-difference.ts';
import { lookAt, silence } from '../look.ts';
import { manifestObjects } from '../repository/manifest.ts';
import type { PlacementFile } from '../repository/placement-file.ts';
import { blobOf } from '../repository/ring-repository.ts';
import { bury, letBecomeEmpty } from './bury.ts';

/** States in which what is in the repository has come to the cluster, however well it is. */
const arrived: ReadonlySet<string> = new Set(['progressing', 'healthy', 'degraded', 'unclear']);

/**
 * One step on the way out of a repository while everything runs on. First all objects say that the agent has to leave
 * them where they are; once that is seen in the cluster, a tombstone takes the place of the manifest; once the agent has
 * come to it, it has let go. Derived from the repository and from what is reported, so that it may be killed anywhere.
 */
export async function letGoStep(
  dependencies: GitOpsDependencies,
  file: PlacementFile,
  { record, facts, to }: LettingGo,
): Promise<LetGoAnswer> {
  const { repository, rule } = dependencies;
  const hand = agentHands[rule.agent];
  const head = await repository.refresh();
  const manifest = head === undefined ? undefined : await repository.blobAt(head, file.manifest);
  const stone = head === undefined ? undefined : await repository.blobAt(head, file.tombstone);
  if (manifest === undefined && stone !== undefined) {
    if (!file.alone) await letBecomeEmpty(dependencies, file);
    const waits = await stillMoving(dependencies, file, stone);
    return waits === undefined ? { hand } : { waits };
  }
  const bytes = await leftBytes(dependencies, file, { record, facts, head });
  // Nothing of it was ever committed.
  if (bytes === undefined) return { hand };
  const commit = await announce(dependencies, file, { bytes, there: manifest, to });
  const blob = blobOf(bytes, commit ?? head ?? '');
  const sight = await lookAt(dependencies, file, { path: file.manifest, blob });
  if (!arrived.has(sight.state)) {
    const silent = silence(dependencies, dependencies.clock.now())?.because;
    return { waits: `its agent is to let go of it first: ${silent ?? (sight.why || notYet)}` };
  }
  await bury(dependencies, file, await repository.head(), to);
  return { waits: `its agent is to let go of it first: ${notYet}` };
}

/** Whether the file that was written last is the one that is to be there: not while it is on its way out. */
export const isFileKnown = ({ written }: RolloutRecord): boolean =>
  written !== undefined && written.blob !== '';

/** The record of what is on its way out. */
export const withoutFile = (record: RolloutRecord): RolloutRecord =>
  record.written === undefined ? record : { ...record, written: { ...record.written, blob: '' } };

const notYet = 'it has not come to that commit yet';

export interface LettingGo {
  readonly record: RolloutRecord | undefined;
  readonly facts: ClusterFacts;
  /** The runtime that it moves to. */
  readonly to: string;
}

/**
 * What is in the repository, for the agent to leave where it is: nothing new comes with it. A file that somebody deleted
 * or broke is put back that way. Undefined where nothing was ever written.
 */
async function leftBytes(
  { repo, rule }: GitOpsDependencies,
  { manifest }: PlacementFile,
  {
    record,
    facts,
    head,
  }: Pick<LettingGo, 'record' | 'facts'> & { readonly head: string | undefined },
): Promise<Uint8Array | undefined> {
  const there = head === undefined ? undefined : await repo.read(head, manifest);
  const objects =
    (there === undefined ? undefined : readManifest(there)) ??
    (record?.written === undefined ? undefined : manifestObjects(record, rule.agent, facts));
  if (objects === undefined) return undefined;
  return new TextEncoder().encode(blockYaml(lettingGo(objects, rule.agent)));
}

/** Commits it unless it is there; answers the commit. */
async function announce(
  { repository, changes }: GitOpsDependencies,
  file: PlacementFile,
  {
    bytes,
    there,
    to,
  }: { readonly bytes: Uint8Array; readonly there: string | undefined; readonly to: string },
): Promise<string | undefined> {
  if (there !== undefined && blobOf(bytes, there) === there) return undefined;
  const asked = await changes.asked(file.placement);
  const what = { kind: 'let-go', to } as const;
  const text = commitText({ placement: file.placement, what, ...asked });
  const files = new Map([
    ...(await repository.following(file.follower, false)),
    [file.manifest, bytes] as const,
  ]);
  return (await repository.write(files, text)).commit;
}

/** Whether the tombstone says that it moved: then its objects are in another's hands, and nothing of it is to go. */
export async function movedOut(
  { repo }: GitOpsDependencies,
  { tombstone }: PlacementFile,
  head: string | undefined,
): Promise<boolean> {
  const bytes = head === undefined ? undefined : await repo.read(head, tombstone);
  return readTombstone(new TextDecoder().decode(bytes))?.movedTo !== undefined;
}

/** What is waited for until the agent has let go; undefined once it has, or nobody follows it any more. */
export async function stillMoving(
  dependencies: GitOpsDependencies,
  file: PlacementFile,
  stone: string,
): Promise<string | undefined> {
  const { repository, watch, clock } = dependencies;
  const silent = silence(dependencies, clock.now());
  if (watch === undefined || silent !== undefined)
    return `unknown whether its agent has let go of it: ${silent?.because ?? 'nobody reports'}`;
  const statuses = watch.of(file.follower.name);
  if (statuses.length === 0) {
    // The follower of one placement ends with it.
    if (file.alone && (await repository.followerFile(file.follower)) === undefined)
      return undefined;
    return `unknown whether its agent has let go of it: there is no ${file.follower.name}`;
  }
  for (const { title, revision, pass } of statuses) {
    if (revision !== undefined) await repository.noticed(revision);
    const there = revision !== undefined && (await repository.blobAt(revision, file.tombstone));
    if (there !== stone) return `${title} has not come to it yet`;
    if (pass?.state === 'running') return `${title} is at work: ${pass.message ?? 'it syncs'}`;
  }
  return undefined;
}
