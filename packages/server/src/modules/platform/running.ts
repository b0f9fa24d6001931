import type { Spec } from '@pltf/contracts';

/** Something that runs, with the spec of the release that is to run there. */
export interface Running {
  readonly placement: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly spec: Spec;
}

/** A port that delivery fills: what runs, page by page in the order of ids. */
export interface RunningSource {
  page(after: string, limit: number): Promise<readonly Running[]>;
}
