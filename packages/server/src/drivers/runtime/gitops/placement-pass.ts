import type { ObservedPlacement, PlacementNote, Reason } from '@pltf/contracts';
import type { ClusterFacts } from '@pltf/plan/render';
import type {
  LedgerEntry,
  RolloutRecord,
  WantedPlacement,
} from '../../../modules/runtime/index.ts';
import { accept, ended } from '../kubernetes/rollout/rollout-accept.ts';
import type { GitOpsDependencies } from './dependencies.ts';
import type { ForeignFile, ManifestDrifts } from './drift/drift.ts';
import { lastLines } from './last-lines.ts';
import { lookAt, silence } from './look.ts';
import { observedPlacement } from './observed-placement.ts';
import type { PlacementSight } from './placement-sight.ts';
import { isFileKnown } from './removal/letting-go.ts';
import { type GitOpsRule, manifestObjects } from './repository/manifest.ts';
import type { PlacementFile } from './repository/placement-file.ts';
import { blobOf, manifestBytes } from './repository/ring-repository.ts';
import { type Draft, hasTask, writeManifest } from './repository/write-manifest.ts';
import type { Writes } from './repository/writes.ts';
import { type GitOpsStep, nextStep } from './rollout-rules.ts';

export interface PassParts {
  readonly dependencies: GitOpsDependencies;
  readonly writes: Writes;
  readonly drifts: ManifestDrifts;
  readonly wakeAt: (placement: string, at: number) => void;
}

/** Everything that one look has found. */
interface Found {
  readonly record: RolloutRecord;
  readonly file: PlacementFile;
  readonly draft: Draft | undefined;
  readonly head: string | undefined;
  /** What the branch has at the manifest's path. */
  readonly there: string | undefined;
  readonly sight: PlacementSight;
}

/** Steps of one pass at most: each moves the record on, so that a pass ends. */
const mostSteps = 12;

/** Takes in what is wanted and does what can be done now. */
export async function applyPass(
  parts: PassParts,
  file: PlacementFile,
  wanted: WantedPlacement,
  facts: ClusterFacts,
  signal: AbortSignal | undefined,
): Promise<ObservedPlacement> {
  const { ledger, runtime, clock } = parts.dependencies;
  const known = await ledger.read(runtime, file.placement);
  const record = accept(known?.record, wanted, { runtime, now: clock.now().getTime() });
  let entry = await keep(parts, known, record);
  for (let step = 0; step < mostSteps; step += 1) {
    signal?.throwIfAborted();
    const found = await find(parts, file, entry.record, facts);
    const next = nextStep(entry.record, {
      now: clock.now().getTime(),
      agent: parts.dependencies.rule.agent,
      reported: parts.dependencies.watch !== undefined,
      written: isWritten(found),
      placement: found.sight,
    });
    const moved = await perform(parts, file, found, next, { facts, signal });
    if (moved === undefined) return tell(parts, found);
    entry = await keep(parts, entry, moved);
  }
  parts.dependencies.wake(file.placement);
  return tell(parts, await find(parts, file, entry.record, facts));
}

/** How it is, without doing anything. */
export async function observePass(
  parts: PassParts,
  file: PlacementFile,
  record: RolloutRecord,
  facts: ClusterFacts,
): Promise<ObservedPlacement> {
  return tell(parts, await find(parts, file, record, facts), 'with-memory');
}

/** The file as it is in the repository now, asked anew, to compare it with what is wanted. */
export async function foreignFile(
  parts: PassParts,
  file: PlacementFile,
  record: RolloutRecord,
  facts: ClusterFacts,
): Promise<ForeignFile | undefined> {
  await parts.dependencies.repository.refresh();
  const found = await find(parts, file, record, facts);
  return found.there === undefined ? undefined : foreignOf(found);
}

async function keep(
  { dependencies: { ledger } }: PassParts,
  before: LedgerEntry | undefined,
  record: RolloutRecord,
): Promise<LedgerEntry> {
  if (before?.record === record) return before;
  return { record, version: await ledger.write(record, before?.version ?? 0) };
}

/** Committed once, and still there: what somebody else wrote in its place stands until somebody decides. */
const isWritten = ({ record, draft, there }: Found): boolean =>
  draft === undefined || (record.written?.blob === draft.blob && there !== undefined);

async function find(
  { dependencies }: PassParts,
  file: PlacementFile,
  record: RolloutRecord,
  facts: ClusterFacts,
): Promise<Found> {
  const { repository, rule } = dependencies;
  const head = await repository.head();
  const objects = manifestObjects(record, rule.agent, facts);
  const bytes = objects === undefined ? undefined : manifestBytes(record.placement, objects);
  const draft =
    bytes === undefined
      ? undefined
      : { bytes, blob: blobOf(bytes, head ?? ''), task: hasTask(objects ?? []) };
  const sight = await lookAt(dependencies, file, { path: file.manifest, blob: draft?.blob });
  // By now it may be known that others have committed.
  const now = await repository.head();
  const there = now === undefined ? undefined : await repository.blobAt(now, file.manifest);
  return { record, file, draft, head: now, there, sight };
}

/** Does one step; answers the record as it is then, or undefined when there is nothing more to do now. */
async function perform(
  parts: PassParts,
  file: PlacementFile,
  found: Found,
  step: GitOpsStep,
  { facts, signal }: { readonly facts: ClusterFacts; readonly signal: AbortSignal | undefined },
): Promise<RolloutRecord | undefined> {
  const { record } = found;
  switch (step.do) {
    case 'record':
      return step.record;
    case 'resolve-image':
      return resolveImage(parts, record, facts, signal);
    case 'write':
      return write(parts, file, found);
    case 'give-up':
      return giveUp(parts, file, record, step);
    case 'wait':
      if (step.until !== undefined) parts.wakeAt(file.placement, step.until);
      return undefined;
  }
}

async function resolveImage(
  { dependencies }: PassParts,
  record: RolloutRecord,
  facts: ClusterFacts,
  signal: AbortSignal | undefined,
): Promise<RolloutRecord | undefined> {
  const { images, clock } = dependencies;
  const answer = await images.image(record.current.wanted, signal);
  if (answer.state === 'building') return undefined;
  if (answer.state === 'failed') {
    return giveUpWith(record, clock.now().getTime(), answer.reason);
  }
  const { reference, user } = answer;
  const image = { reference, ...(user === undefined ? {} : { user }) };
  const kept = { minor: facts.minor, kinds: [...facts.kinds].toSorted() };
  return { ...record, current: { ...record.current, image, facts: kept } };
}

/** Soon done for a repository at hand; for a hosted one others may join the same commit, and the pass ends first. */
async function write(
  parts: PassParts,
  file: PlacementFile,
  { record, draft }: Found,
): Promise<RolloutRecord | undefined> {
  if (draft === undefined) return undefined;
  const commit = await parts.writes.of(file.placement, draft.blob, () =>
    writeManifest(parts.dependencies, record, file, draft),
  );
  if (commit === undefined) return undefined;
  const blob = blobOf(draft.bytes, commit);
  const at = parts.dependencies.clock.now().getTime();
  return { ...record, written: { commit, blob, at, task: draft.task } };
}

const fixes: Readonly<Record<string, string>> = {
  'release-task': 'Mend the release task and push; it runs again with the next release.',
  'nobody-reports': 'Name `context` in the runtime of the platform file.',
  'sync-failed': 'Read what the agent says, mend the thin file or the cluster, and deploy again.',
};

async function giveUp(
  { dependencies }: PassParts,
  file: PlacementFile,
  record: RolloutRecord,
  { code, because }: { readonly code: string; readonly because: string },
): Promise<RolloutRecord> {
  const { target, clock } = dependencies;
  const reason: Reason = {
    code,
    detail: because,
    fix:
      fixes[code] ?? 'Read the log, mend it and push; `pltf deploy` tries the same release again.',
    log: target === undefined ? [] : [...(await lastLines(target, file.namespace))],
  };
  return giveUpWith(record, clock.now().getTime(), reason);
}

/** Back to what served before; when nothing of it was committed, it is over at once. */
function giveUpWith(record: RolloutRecord, now: number, reason: Reason): RolloutRecord {
  const { good, written } = record;
  if (written !== undefined) return { ...record, stage: 'returning', since: now, reason };
  const stage = good === undefined ? 'failed' : 'rolled-back';
  return { ...record, stage, since: now, finishedAt: now, reason };
}

/** Undefined where nothing is wanted, or nothing is there: then nothing can differ. */
function foreignOf({ record, file, draft, head }: Found): ForeignFile | undefined {
  return draft === undefined || head === undefined ? undefined : { record, file, draft, head };
}

async function tell(
  parts: PassParts,
  found: Found,
  memory: 'without' | 'with-memory' = 'without',
): Promise<ObservedPlacement> {
  const { record, there, sight } = found;
  const { dependencies, writes, drifts } = parts;
  const { clock, rule } = dependencies;
  const silent = silence(dependencies, new Date(record.written?.at ?? record.startedAt));
  const waiting = writes.waiting(record.placement);
  const instances = await dependencies.inCluster?.instances(record, memory);
  const isForeign = isFileKnown(record) && there !== undefined && there !== record.written?.blob;
  const foreign = isForeign && waiting === undefined ? foreignOf(found) : undefined;
  const drift = foreign && (await drifts.of(dependencies, foreign, there));
  return observedPlacement(record, {
    now: clock.now(),
    sight,
    silent: record.written === undefined && !ended.has(record.stage) ? undefined : silent,
    instances: instances ?? [],
    notes: [
      ...(instances === undefined && dependencies.inCluster !== undefined ? [noInstances] : []),
      ...(waiting === undefined ? [] : [{ what: rule.repository, because: waiting }]),
      ...secretNotes(record, rule),
    ],
    drift: drift === undefined ? undefined : [...drift],
  });
}

const noInstances: PlacementNote = {
  what: 'instances',
  because: 'unknown: the cluster that they are in gives no answer',
};

/** A secret is never in a repository: without a store, somebody has to write it into the namespace. */
function secretNotes(
  { current }: RolloutRecord,
  { secretStore }: GitOpsRule,
): readonly PlacementNote[] {
  if (secretStore !== undefined) return [];
  const needs = Object.entries(current.wanted.object.spec.needs).filter(
    ([, { kind }]) => kind !== 'service',
  );
  return needs.map(([name]) => ({
    what: `secret of ${name}`,
    because: 'secrets are never committed: name `secretStore` in the runtime of the platform file',
  }));
}
