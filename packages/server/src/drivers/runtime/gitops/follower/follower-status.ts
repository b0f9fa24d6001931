/** An object that a follower applied, as it lists it. */
export interface FollowedObject {
  readonly kind: string;
  /** Undefined for what belongs to the whole cluster. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** Undefined where the agent does not say it for each object. */
  readonly synced: boolean | undefined;
  readonly health: Health | undefined;
  readonly message: string | undefined;
}

export type RefusedObject = Pick<FollowedObject, 'kind' | 'namespace' | 'name' | 'message'>;

export type Health = 'healthy' | 'progressing' | 'suspended' | 'missing' | 'degraded' | 'unknown';

/** What an Application of Argo CD or a Kustomization of Flux says of itself, in the same words for both. */
export interface FollowerStatus {
  /** `Application pltf-default-a7`. */
  readonly title: string;
  readonly name: string;
  /** The commit that what is in the cluster was compared with last. */
  readonly revision: string | undefined;
  /** All of it is in the cluster as that commit has it. */
  readonly synced: boolean;
  /** Of everything together. */
  readonly health: Health;
  /** The pass that is under way, or the last one. */
  readonly pass:
    | {
        readonly state: 'running' | 'passed' | 'failed';
        readonly revision: string | undefined;
        readonly message: string | undefined;
        /** What could not be applied, where the agent says which objects these were. */
        readonly refused: readonly RefusedObject[];
      }
    | undefined;
  /** What it complains of by itself: the path is not there, a shared object … */
  readonly problems: readonly string[];
  readonly objects: readonly FollowedObject[];
  /** When it last looked at the repository. */
  readonly at: Date | undefined;
}
