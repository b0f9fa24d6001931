import type { Spec } from '@pltf/contracts';
import { splitCommand } from '@pltf/plan';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type Db, transact } from '../../persistence/transaction.ts';
import type { DeliveryStore } from './delivery-store.ts';
import type { ImageBuilder } from './image-builder.ts';
import { imagePlace } from './image-step.ts';
import type { PipelineResult } from './pipeline.ts';
import type { ReleaseArchive } from './release-archive.ts';
import { archiveStep, imageStep, releaseJobView } from './release-job.ts';
import type { Run, RunSummary } from './run.ts';

export interface ReleaseMaking {
  readonly db: Db;
  readonly store: DeliveryStore;
  readonly platform: PlatformSource;
  readonly archive: ReleaseArchive;
  readonly images: ImageBuilder;
}

export type MadeRelease =
  | {
      readonly ok: true;
      readonly summary: RunSummary;
      readonly digest: string;
      readonly bytes: number;
    }
  | { readonly ok: false; readonly summary: RunSummary };

const buildMemoryMiB = 2_048;

/** What a release is made of: the archive, and the image where an environment of the spec runs images. */
export async function makeRelease(
  dependencies: ReleaseMaking,
  run: Run,
  spec: Spec,
  team: string,
  { summary }: Pick<PipelineResult, 'summary'>,
  { signal }: { readonly signal: AbortSignal },
): Promise<MadeRelease> {
  const build = Object.values(spec.run)[0]?.build;
  const started = Date.now();
  const built = await dependencies.archive.build({
    ...{ run: run.id, team, component: run.component, commit: run.commit, branch: run.branch },
    build: build === undefined ? undefined : splitCommand(build),
    ...{ memoryMiB: buildMemoryMiB, signal },
  });
  const archived = archiveStep(build, built.ok, Date.now() - started);
  const withSteps = (...steps: Parameters<typeof releaseJobView>[0]): RunSummary => ({
    ...summary,
    jobs: [...summary.jobs, releaseJobView([archived, ...steps])],
  });
  if (!built.ok) {
    const lines = [`${build ?? 'the archive'}: ${built.ended}`, ...built.lines];
    return failed(withSteps(), { step: 'Build', lines });
  }
  const { digest, bytes } = built;
  const place = imagePlace(spec, run.branch, dependencies.platform.current());
  const made = { ok: true, summary: withSteps(), digest, bytes } as const;
  if (place === undefined || place.when === 'asked-for') return made;
  const request = {
    ...{ run: run.id, team, component: run.component, commit: run.commit, digest },
    ...{ registry: place.registry, args: Object.values(spec.run)[0]?.buildArgs, signal },
  };
  if (place.when === 'meanwhile') {
    // Where it cannot begin now, the rollout that needs it begins it, and says what is wrong.
    await dependencies.images.begin(request).catch(() => undefined);
    return made;
  }
  await showRunning(dependencies, run, withSteps(imageStep()));
  const since = Date.now();
  const image = await dependencies.images.build(request);
  const all = withSteps(imageStep({ ok: image.ok, durationMs: Date.now() - since }));
  return image.ok
    ? { ok: true, summary: all, digest, bytes }
    : failed(all, { step: 'Image', lines: [image.ended, ...image.lines] });
}

const failed = (summary: RunSummary, why: RunSummary['failing'][number]): MadeRelease => ({
  ok: false,
  summary: { ...summary, failing: [...summary.failing, why] },
});

/** A build takes minutes: whoever looks sees that it is under way. */
async function showRunning(
  { db, store }: ReleaseMaking,
  { id, component, actor }: Run,
  summary: RunSummary,
): Promise<void> {
  await transact(db, async (tx) => {
    await store.setView(tx, id, summary);
    tx.tell({
      ...{ type: 'run-progressed', actor, component, run: id },
      ...{ summary: 'release: Image', data: { jobs: summary.jobs } },
    });
  });
}
