import type { RolloutKind } from '@pltf/contracts';
import type { PlacementChange } from '../runtime-store.ts';
import type { PlacementSize } from './placement-size.ts';

export interface PlaceRequest {
  readonly component: string;
  readonly environment: string;
  readonly branch: string | undefined;
  readonly release: number;
  readonly instances: { readonly minimum: number; readonly maximum: number };
  /** As the release has it; absent for what has none. */
  readonly size: PlacementSize | undefined;
  /** Hosts of the spec, besides the one that the platform gives. */
  readonly routes: readonly string[];
  /** False for workers: they have no address. */
  readonly serves: boolean;
  /** An image that somebody else built, where the spec names one. */
  readonly image?: string | undefined;
  readonly expiresAt: Date | undefined;
  /** As in a change. */
  readonly newestPlatform?: boolean | undefined;
  readonly kind: RolloutKind;
  readonly actor: string;
  readonly why: string | undefined;
}

export interface ChangeRequest extends PlacementChange {
  /** Goes back to what the placement was made with under an older version of the platform. */
  readonly earlier?:
    | { readonly version: number; readonly sized?: PlacementSize | undefined }
    | undefined;
  /** On clusters: takes the newest version of the platform, also where its wave has not come yet. */
  readonly newestPlatform?: boolean | undefined;
  readonly kind: RolloutKind;
  readonly actor: string;
  readonly why: string | undefined;
}
