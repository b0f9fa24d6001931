import type { ComponentDetail, PlacementView, ReleaseView } from '@pltf/contracts';
import { ill, placement, rolloutsOf } from './build-placement.ts';
import { run } from './build-run.ts';
import { people, type services, subjects } from './content.ts';
import { day, hour, minute, past } from './times.ts';
import { commitOf, type World } from './world.ts';

/** One service with its placements, releases and runs. */
export function addComponent(
  world: World,
  [name, kind, owner, description, wellness = 'healthy']: (typeof services)[number],
  index: number,
): void {
  const count = name === 'users-api' ? 14 : 2 + (index % 5);
  const releases = Array.from({ length: count }, (_, step) => release(name, count - step, step));
  const served = kind === 'service' || kind === 'site';
  const placements: PlacementView[] = [];
  if (wellness !== 'none') {
    placements.push(placement(name, name, 'preview', served, count));
    placements.push(placement(name, name, 'staging', served, count));
    if (count > 2) placements.push(placement(name, name, 'prod', served, count - 1 - (index % 2)));
  }
  if (name === 'users-api') {
    for (const [at, branch] of [
      'fix-login-redirect',
      'passkeys',
      'chore/raise-the-connection-pool-and-measure',
      'try-http2',
      'drop-v1',
      'old-idea',
    ].entries()) {
      placements.push({
        ...placement(
          name,
          `${name}-${branch.replace(/\W+/g, '-')}`,
          'preview',
          true,
          count,
          branch,
        ),
        expiresAt: past(-(at + 1) * day),
      });
    }
  }
  const runs = Array.from({ length: Math.min(8, count) }, (_, step) =>
    run(name, count - step, step),
  );
  for (const one of runs) world.runs.set(one.id, one);
  const detail: ComponentDetail = {
    name,
    kind,
    owner,
    description,
    path:
      kind === 'site' ? 'site@0.3.0' : kind === 'service' ? 'node-service@1.4.0' : 'worker@1.0.3',
    state: 'ready',
    wellness,
    placements,
    createdAt: past((20 + index) * day),
    changedAt: past(index * index * 7 * minute + 40_000),
    repository: {
      cloneUrl: `http://127.0.0.1:7070/git/${name}.git`,
      defaultBranch: 'main',
      branches: [
        'main',
        ...placements.flatMap(({ branch }) =>
          branch === undefined || branch === 'main' ? [] : [branch],
        ),
      ].map((branch) => ({ name: branch, commit: commitOf(index), at: past(hour) })),
    },
    releases: releases.map((one) => ({
      ...one,
      placedIn: placements
        .filter(({ serving }) => serving?.number === one.number)
        .map(({ id }) => id),
    })),
    runs,
    pageUrl: `http://127.0.0.1:7070/components/${name}`,
  };
  world.components.set(name, wellness === 'healthy' || wellness === 'none' ? detail : ill(detail));
  for (const one of placements) world.rollouts.set(one.id, rolloutsOf(one));
}

function release(component: string, number: number, step: number): ReleaseView {
  return {
    component,
    number,
    commit: commitOf(number),
    branch: step === 2 ? 'fix-login-redirect' : 'main',
    subject: subjects[(number + component.length) % subjects.length] ?? '',
    author: people[(number + 1) % people.length]?.[1] ?? 'Ana',
    digest: `sha256:${commitOf(number)}${commitOf(number + 1).slice(0, 24)}`,
    bytes: 412_000 + number * 1713,
    createdAt: past(step * 5 * hour + 12 * minute),
    placedIn: [],
    kept: step < 10,
  };
}
