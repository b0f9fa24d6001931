import type { ErrorItem, GoldenPathFacts, PlatformFile, Spec } from '@pltf/contracts';
import { goldenPathFor, type RepositoryRoot, readSpec } from '@pltf/plan';
import type { Component } from '../catalog/index.ts';
import type { Run, RunSummary } from './run.ts';

export const thinFile = 'pltf.yaml';

export type SpecResult = { readonly spec: Spec } | { readonly problems: readonly ErrorItem[] };

export interface RunSpecFacts {
  readonly platform: PlatformFile;
  readonly goldenPaths: readonly GoldenPathFacts[];
  readonly component: Pick<Component, 'owner' | 'path'>;
  /** What lies beside the thin file. */
  readonly root: RepositoryRoot;
}

/** The spec of the commit that a run is about, or every problem of its thin file; as a plan of it says. */
export function specOfRun(
  text: string | undefined,
  run: Run,
  { platform, goldenPaths, component, root }: RunSpecFacts,
): SpecResult {
  if (text === undefined) {
    const fix = `Add one with two lines: \`kind: service\` and \`name: ${run.component}\`.`;
    return { problems: [{ where: thinFile, message: 'there is no thin file at the root', fix }] };
  }
  const read = readSpec({
    ...{ text, fileName: thinFile, facts: { platform } },
    root: () => root,
    path: (file) => {
      const named = file.path ?? component.path;
      return named === undefined ? undefined : goldenPathFor({ goldenPaths }, file.kind, named);
    },
    owner: () => component.owner,
  });
  if (!read.ok) return { problems: read.problems };
  if (read.spec.name !== run.component) {
    const message = `the name is ${read.spec.name}, the repository's is ${run.component}`;
    const where = read.places.value(['name']);
    return { problems: [{ where, message, fix: `Write \`name: ${run.component}\`.` }] };
  }
  return { spec: read.spec };
}

/** Problems of the thin file as what failed. */
export const problemSummary = (problems: readonly ErrorItem[]): RunSummary => ({
  jobs: [],
  notes: [],
  failing: problems.map(({ where, message, fix }) => ({
    step: thinFile,
    where,
    lines: [message, ...(fix === undefined ? [] : [fix])],
  })),
});
