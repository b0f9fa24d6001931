import type { RenderedClass } from './rendered-classes.ts';

/** What it costs to bring a change to all clusters. */
export interface ChangeForecast {
  /** Placements whose objects change, and those of them whose instances start again. */
  readonly placements: number;
  readonly starting: number;
  /** Objects that clusters have to take. */
  readonly objects: number;
  /** Of environment repositories: one a wave and repository, and what goes over the network to their hosts. */
  readonly commits: number;
  readonly pushes: number;
  /** Seconds that one cluster's agent needs for what changes of it at most, at its rate of requests. */
  readonly applySeconds: number;
}

export interface ForecastFacts {
  /** How many placements each wave has, by repository; kubernetes runtimes have none. */
  readonly wavesOfRepositories: readonly (readonly number[])[];
  /** Changes that one commit holds at most. */
  readonly batch: number;
  /** Requests a second of a cluster's agent (Argo CD: 50). */
  readonly requestsPerSecond: number;
  /** Clusters that share the work of the largest ring. */
  readonly clusters: number;
}

/** Counted, not guessed: commits follow from waves and batches, requests from objects. */
export function forecast(
  classes: readonly RenderedClass[],
  { wavesOfRepositories, batch, requestsPerSecond, clusters }: ForecastFacts,
): ChangeForecast {
  const sum = (of: (one: RenderedClass) => number): number =>
    classes.reduce((total, one) => total + of(one), 0);
  const objects = sum(({ count, objects: each }) => count * each);
  const commits = wavesOfRepositories
    .flat()
    .reduce((total, placements) => total + Math.ceil(placements / Math.max(1, batch)), 0);
  return {
    placements: sum(({ count }) => count),
    starting: sum(({ count, startsAgain }) => (startsAgain ? count : 0)),
    objects,
    commits,
    pushes: commits,
    applySeconds: Math.ceil(objects / Math.max(1, requestsPerSecond) / Math.max(1, clusters)),
  };
}
