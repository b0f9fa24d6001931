import type { RunJobView } from '@pltf/contracts';

const releaseJob = 'release';

/** The last job of a run, which is the platform's own: build and archive. */
export function releaseJobView(
  build: string | undefined,
  ok: boolean,
  durationMs: number,
): RunJobView {
  const state = ok ? 'passed' : 'failed';
  const name = build === undefined ? 'Archive the commit' : build;
  return {
    id: releaseJob,
    name: 'release',
    state,
    durationMs,
    steps: [{ name, state, durationMs }],
  };
}
