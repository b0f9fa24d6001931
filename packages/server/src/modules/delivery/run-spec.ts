import type { ErrorItem, PlatformFile, Spec } from '@pltf/contracts';
import { parseThinFile, type RepositoryRoot, resolveSpec } from '@pltf/plan';
import type { Run, RunSummary } from './run.ts';

export const thinFile = 'pltf.yaml';

export type SpecResult = { readonly spec: Spec } | { readonly problems: readonly ErrorItem[] };

/** The spec of the commit that a run is about, or every problem of its thin file. */
export function specOfRun(
  text: string | undefined,
  run: Run,
  platform: PlatformFile,
  root: RepositoryRoot,
): SpecResult {
  if (text === undefined) {
    const fix = `Add one with two lines: \`kind: service\` and \`name: ${run.component}\`.`;
    return { problems: [{ where: thinFile, message: 'there is no thin file at the root', fix }] };
  }
  const parsed = parseThinFile(text, thinFile);
  if (!parsed.ok) return { problems: parsed.problems };
  if (parsed.file.name !== run.component) {
    const message = `the name is ${parsed.file.name}, the repository's is ${run.component}`;
    const where = parsed.places.value(['name']);
    return { problems: [{ where, message, fix: `Write \`name: ${run.component}\`.` }] };
  }
  const resolved = resolveSpec(parsed.file, platform, { places: parsed.places, root });
  return resolved.ok ? { spec: resolved.spec } : { problems: resolved.problems };
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
