import type { ReleaseImage, ReleaseImageView, ReleaseView, RunView } from '@pltf/contracts';
import type { Placement } from '../runtime/index.ts';
import type { Release } from './release.ts';
import type { Run } from './run.ts';

export function releaseView(release: Release, placements: readonly Placement[]): ReleaseView {
  return {
    component: release.component,
    number: release.number,
    commit: release.commit,
    branch: release.branch,
    subject: release.subject,
    author: release.author,
    digest: release.digest,
    bytes: release.bytes,
    ...(release.run === undefined ? {} : { run: release.run }),
    createdAt: release.createdAt.toISOString(),
    placedIn: placements
      .filter(({ observed }) => observed?.serving?.number === release.number)
      .map(({ id }) => id),
    kept: release.collectedAt === undefined,
  };
}

export function imageView(
  component: string,
  release: number,
  image: ReleaseImage,
): ReleaseImageView {
  const { state, reference, image: id, builder, reason, startedAt, finishedAt } = image;
  return {
    ...{ component, release, state, startedAt },
    ...(reference === undefined ? {} : { reference }),
    ...(id === undefined ? {} : { id }),
    ...(builder === undefined ? {} : { builder }),
    ...(reason === undefined ? {} : { reason }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

export function runView(run: Run): RunView {
  return {
    id: run.id,
    component: run.component,
    number: run.number,
    branch: run.branch,
    commit: run.commit,
    subject: run.subject,
    by: run.actor,
    state: run.state,
    jobs: run.summary.jobs,
    notes: run.summary.notes,
    failing: run.summary.failing,
    ...(run.release === undefined ? {} : { release: run.release }),
    createdAt: run.createdAt.toISOString(),
    ...(run.startedAt === undefined ? {} : { startedAt: run.startedAt.toISOString() }),
    ...(run.finishedAt === undefined ? {} : { finishedAt: run.finishedAt.toISOString() }),
  };
}
