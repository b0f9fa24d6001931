import type { Reason } from '@pltf/contracts';
import type { WantedPlacement } from '../runtime-driver.ts';

/** How far the image of a release is. */
export type ReleaseImageState =
  | {
      readonly state: 'ready';
      /** By digest: `registry.example.com/pltf/users-api@sha256:…`. */
      readonly reference: string;
      /** The numeric user to run it as; absent: the image says one that is not root. */
      readonly user?: number | undefined;
    }
  | { readonly state: 'building' }
  | { readonly state: 'failed'; readonly reason: Reason };

/** A port for drivers that run images: who builds or finds them. */
export interface ReleaseImages {
  /**
   * The image of what is wanted, in the registry of its runtime; begins to make it when there is none. Never waits for
   * a build: the placement is looked at again when it has ended.
   */
  image(wanted: WantedPlacement, signal?: AbortSignal): Promise<ReleaseImageState>;
}
