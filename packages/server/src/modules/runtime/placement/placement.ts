import type {
  ComponentKind,
  Held,
  Need,
  ObservedPlacement,
  PlacedRelease,
  RunSpec,
  Spec,
} from '@pltf/contracts';
import type { PlacedPort } from '@pltf/plan/render';
import type { PlacementSize } from './placement-size.ts';

export interface Placement {
  readonly id: string;
  readonly component: string;
  readonly environment: string;
  /** Previews only. */
  readonly branch: string | undefined;
  readonly hosts: readonly string[];
  readonly state: 'present' | 'removing';
  readonly revision: number;
  /** The number of the release that is wanted. */
  readonly release: number;
  readonly instances: number;
  readonly runState: 'running' | 'stopped';
  readonly restarts: number;
  /** Somebody holds the rollout that is under way. */
  readonly paused: boolean;
  /** Who does; absent for one that was held before that was kept. */
  readonly held: Held | undefined;
  readonly observed: ObservedPlacement | undefined;
  readonly observedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  /** What its size meant at its last rollout; absent for one from before that was kept. */
  readonly sized: PlacementSize | undefined;
  /** The runtime that it is on, by its name in the platform file; undefined until it was handed to one. */
  readonly runtime: string | undefined;
  /** Runtimes where something of it may still be. */
  readonly leftOn: readonly string[];
  /** Ids of placements that the wanted release declares as needs. */
  readonly calls: readonly string[];
  /** What its program listens on, where the spec says it. */
  readonly port: number | undefined;
  /** Ports beside it that the spec declares. */
  readonly morePorts: readonly PlacedPort[];
  /** The version of the platform at its last rollout. */
  readonly platformVersion: number | undefined;
  readonly createdAt: Date;
}

/** The release that serves; where nobody reports, the one that was committed there last. */
export const knownRelease = ({ observed }: Pick<Placement, 'observed'>): number | undefined =>
  observed?.serving?.number ??
  (observed?.rollout?.step === 'committed' ? observed.rollout.to.number : undefined);

/** Whom a placement calls, and what it listens on itself. */
export type PlacementEdges = Pick<Placement, 'calls' | 'port' | 'morePorts'>;

/** What a release brings to a placement; delivery knows it. */
export interface ReleaseToPlace {
  readonly release: PlacedRelease;
  readonly kind: Exclude<ComponentKind, 'resource'>;
  readonly run: RunSpec;
  /** The whole of it, for what is rendered. */
  readonly spec: Spec;
  /** By the name that each has in the program. */
  readonly needs: Readonly<Record<string, Need>>;
  readonly team: string;
}

/** A port that delivery fills: what is behind a release number. */
export interface ReleaseSource {
  toPlace(
    component: string,
    number: number,
    environment: string,
  ): Promise<ReleaseToPlace | undefined>;
}

/** What an event of a placement is about. */
export const subject = (placement: Pick<Placement, 'id' | 'component' | 'environment'>) => ({
  component: placement.component,
  placement: placement.id,
  environment: placement.environment,
});
