import type { GoldenPathFacts, Spec } from '@pltf/contracts';

/** Something that runs, with the spec of the release that it is to run. */
export interface PlacedRelease {
  readonly placement: string;
  readonly component: string;
  /** The component's team. */
  readonly owner: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly instances: number;
  readonly release: number;
  readonly revision: number;
  readonly spec: Spec;
}

/** A port that delivery fills: what runs. */
export interface PlacedReleases {
  /** The next ones after this id, in the order of ids. */
  page(after: string, limit: number): Promise<readonly PlacedRelease[]>;
  of(component: string): Promise<readonly PlacedRelease[]>;
}

/** A port that the golden paths fill. */
export interface GoldenPathSource {
  goldenPaths(): Promise<readonly GoldenPathFacts[]>;
}
