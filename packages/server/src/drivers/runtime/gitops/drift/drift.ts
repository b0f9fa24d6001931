import type { DriftedField } from '@pltf/contracts';
import { blockYaml, commitText } from '@pltf/plan/render';
import type { RevertChoice, RolloutRecord } from '../../../../modules/runtime/index.ts';
import { targetOf } from '../../kubernetes/rollout/rollout-accept.ts';
import type { GitOpsDependencies } from '../dependencies.ts';
import type { PlacementFile } from '../repository/placement-file.ts';
import type { Draft } from '../repository/write-manifest.ts';
import { type ManifestObject, nameOfObject, readManifest } from './manifest-difference.ts';
import { manifestDrift } from './manifest-drift.ts';

type Parts = Pick<GitOpsDependencies, 'repo' | 'repository' | 'changes'>;

/** What others have written into the file of a placement, against what is wanted of it. */
export interface ForeignFile {
  readonly file: PlacementFile;
  readonly record: RolloutRecord;
  readonly draft: Draft;
  readonly head: string;
}

/** Commits of others that are looked through for who wrote what. */
const mostVersions = 20;

/** The fields in which the file differs; empty where it is as wanted, or was never written. */
export async function findManifestDrift(
  { repo }: Parts,
  { file, record, draft, head }: ForeignFile,
): Promise<readonly DriftedField[]> {
  const there = await repo.read(head, file.manifest);
  if (there === undefined || Buffer.from(there).equals(draft.bytes)) return [];
  const found = await repo.history(head, file.manifest, {
    ...(record.written === undefined ? {} : { after: record.written.commit }),
    most: mostVersions,
  });
  const versions = await Promise.all(
    found.map(async (one) => ({ ...one, bytes: await repo.read(one.commit, file.manifest) })),
  );
  const named = { object: `file ${record.placement}`, path: file.manifest };
  return manifestDrift({ file: named, there, wanted: draft.bytes, versions });
}

/**
 * Takes back what others wrote, by a commit of whoever asked. An object goes back as a whole: what is wanted of it is one
 * text. Answers what was taken back; nothing when nothing fits.
 */
export async function revertManifest(
  parts: Parts,
  foreign: ForeignFile,
  { object, field, by, why }: RevertChoice,
): Promise<readonly DriftedField[]> {
  const { file, record, draft, head } = foreign;
  const drift = await findManifestDrift(parts, foreign);
  const chosen = new Set(
    drift
      .filter(
        (one) =>
          (object === undefined || one.object === object) &&
          (field === undefined || one.field === field),
      )
      .map((one) => one.object),
  );
  if (chosen.size === 0) return [];
  const there = await parts.repo.read(head, file.manifest);
  const bytes = revertedBytes(there, draft.bytes, chosen);
  const { desired } = (targetOf(record)?.accepted ?? record.current).wanted;
  const asked = by === undefined ? await parts.changes.asked(record.placement) : { by, why };
  const what = { kind: 'revert', release: desired.release.number } as const;
  const text = commitText({ placement: record.placement, what, ...asked });
  await parts.repository.write(new Map([[file.manifest, bytes]]), text, undefined, head);
  return drift.filter((one) => chosen.has(one.object));
}

/** The file as it is there, with the chosen objects as they are wanted; those that nobody wants are left out. */
function revertedBytes(
  there: Uint8Array | undefined,
  wanted: Uint8Array,
  chosen: ReadonlySet<string>,
): Uint8Array {
  const objects = there === undefined ? undefined : readManifest(there);
  // What is no manifest any more goes back as a whole.
  if (objects === undefined) return wanted;
  const asked = readManifest(wanted) ?? [];
  const now = new Map(objects.map((one) => [nameOfObject(one), one]));
  const names = new Set([...asked.map(nameOfObject), ...now.keys()]);
  const made = [...names].flatMap((name): readonly ManifestObject[] => {
    const own = asked.find((one) => nameOfObject(one) === name);
    const kept = chosen.has(name) ? own : now.get(name);
    return kept === undefined ? [] : [kept];
  });
  const text = new TextEncoder().encode(blockYaml(made));
  return Buffer.from(text).equals(wanted) ? wanted : text;
}

/** Drift by placement: what was compared once is not compared again. */
export interface ManifestDrifts {
  of(
    parts: Parts,
    foreign: ForeignFile,
    there: string | undefined,
  ): Promise<readonly DriftedField[]>;
  forget(placement: string): void;
}

export function manifestDrifts(): ManifestDrifts {
  const known = new Map<
    string,
    { readonly key: string; readonly drift: readonly DriftedField[] }
  >();
  return {
    of: async (parts, foreign, there) => {
      const { placement } = foreign.record;
      const key = `${there} ${foreign.draft.blob}`;
      const before = known.get(placement);
      if (before?.key === key) return before.drift;
      const drift = await findManifestDrift(parts, foreign);
      known.set(placement, { key, drift });
      return drift;
    },
    forget: (placement) => void known.delete(placement),
  };
}
