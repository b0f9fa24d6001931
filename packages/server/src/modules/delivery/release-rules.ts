import { type PlatformFile, PltfError, type Spec } from '@pltf/contracts';
import type { Placement } from '../runtime/index.ts';
import type { Release } from './release.ts';

/** Which releases may be collected: all but the newest `keep` and those a placement serves, wants, or keeps warm. */
export function collectable(
  releases: readonly Release[],
  placements: readonly Placement[],
  keep: number,
): readonly Release[] {
  const needed = new Set(
    placements.flatMap(({ release, observed }) => [
      release,
      ...(observed?.serving === undefined ? [] : [observed.serving.number]),
      ...(observed?.warm ?? []).map(({ number }) => number),
      ...(observed?.rollout?.from === undefined ? [] : [observed.rollout.from.number]),
    ]),
  );
  return releases
    .filter(({ collectedAt }) => collectedAt === undefined)
    .toSorted((a, b) => b.number - a.number)
    .slice(keep)
    .filter(({ number }) => !needed.has(number));
}

export interface Promotion {
  readonly from: string;
  readonly to: string;
}

/** From where to where a promotion goes: the last step of the line unless told; environments of the spec only. */
export function promotionOf(
  spec: Spec,
  platform: PlatformFile,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promotion {
  const previews = platform.environments
    .filter(({ kind }) => kind === 'preview')
    .map(({ name }) => name);
  const line = [...previews.slice(0, 1), ...spec.environments];
  const to =
    asked.to ?? line[asked.from === undefined ? line.length - 1 : line.indexOf(asked.from) + 1];
  const from = asked.from ?? (to === undefined ? undefined : line[line.indexOf(to) - 1]);
  const known =
    to !== undefined && from !== undefined && spec.environments.includes(to) && line.includes(from);
  if (!known || from === to) {
    throw new PltfError('bad-request', {
      detail: `cannot promote from ${asked.from ?? from ?? 'nowhere'} to ${asked.to ?? to ?? 'nowhere'}`,
      fix: `This service runs in: ${line.join(' → ')}.`,
    });
  }
  return { from, to };
}

/** The release to go back to: the one that served before the present one here. */
export function rollbackTarget(
  serving: number | undefined,
  history: readonly { readonly state: string; readonly toRelease: number }[],
): number | undefined {
  const served = history.filter(({ state }) => state === 'done').map(({ toRelease }) => toRelease);
  return (
    served.find((number) => number !== serving && (serving === undefined || number < serving)) ??
    served.find((number) => number !== serving)
  );
}
