import type { RunJobView } from '@pltf/contracts';

const releaseJob = 'release';

type Step = RunJobView['steps'][number];

/** The step that makes the archive, by the build command where there is one. */
export const archiveStep = (build: string | undefined, ok: boolean, durationMs: number): Step => ({
  ...{ name: build ?? 'Archive the commit', durationMs },
  state: ok ? 'passed' : 'failed',
});

/** The step that makes the image; without an end while it runs. */
export const imageStep = (ended?: { readonly ok: boolean; readonly durationMs: number }): Step => ({
  name: 'Image',
  ...(ended === undefined
    ? { state: 'running' }
    : { state: ended.ok ? 'passed' : 'failed', durationMs: ended.durationMs }),
});

const worstFirst = ['failed', 'running'] as const;

/** The last job of a run, which is the platform's own: build, archive and image. */
export const releaseJobView = (steps: readonly Step[]): RunJobView => ({
  ...{ id: releaseJob, name: 'release', steps: [...steps] },
  state: worstFirst.find((state) => steps.some((step) => step.state === state)) ?? 'passed',
  durationMs: steps.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0),
});
