import type {
  ClusterSettings,
  DesiredPlacement,
  DriftedField,
  ExecOutput,
  KeptObject,
  LogLine,
  ObservedPlacement,
  PlacementEvidence,
  PlacementObject,
  TaskRequest,
  TaskResult,
} from '@pltf/contracts';
import type { Peer } from '@pltf/plan/render';

export interface LogQuery {
  readonly tail: number;
  readonly follow: boolean;
  readonly instance?: string | undefined;
}

/** One placement as a driver is told of it. */
export interface WantedPlacement {
  readonly desired: DesiredPlacement;
  /** What guardrails see, with the number of instances that is wanted now: drivers that render make all from it. */
  readonly object: PlacementObject;
  /** Placements of the same environment that declare it as a need. */
  readonly callers: readonly Peer[];
  /** By the name that the need has in the program. */
  readonly callees: Readonly<Record<string, Peer>>;
  /** Five cron fields, UTC. */
  readonly schedule: string | undefined;
  readonly stamp: { readonly specHash: string; readonly platformVersion: string };
  /** What the platform file of its version says of the cluster; absent on agents. Drivers render by it. */
  readonly cluster?: ClusterSettings | undefined;
}

/**
 * False while something is left, true once it is proved that nothing is. Where nobody would ever say: what is known of
 * it, `removed from the repository …`.
 */
export type RemovalAnswer = boolean | { readonly unproved: string };

/** By what it is known that somebody had an object in hand, in a cluster. */
export interface ForeignHand {
  /** The name by which it applies: its entry in `managedFields`. */
  readonly manager: string;
  readonly annotations: readonly string[];
  readonly labels: readonly string[];
}

/** What is still waited for until whoever acts for a runtime has let go; then, by what it is known. */
export type LetGoAnswer = { readonly waits: string } | { readonly hand: ForeignHand };

/** A replaceable backend that runs placements: declarative, idempotent, and told only what is wanted. */
export interface RuntimeDriver {
  /** Whether a rollout can be held where it is. */
  readonly holds?: true;
  /** Whether it starts jobs at their times by itself; else the server does. */
  readonly schedules?: true;
  /** Hands over what is wanted; the same revision again changes nothing. */
  apply(wanted: WantedPlacement, signal?: AbortSignal): Promise<ObservedPlacement>;
  /** Asks for removal; asked again until it is over. */
  remove(placement: string, signal?: AbortSignal): Promise<RemovalAnswer>;
  /**
   * Has whoever acts for this runtime let go of a placement: what it has in its cluster stays as it is, for `to` to take
   * over. Asked again until it is over. Absent where nobody acts for the runtime but its driver.
   */
  letGo?(placement: string, to: string, signal?: AbortSignal): Promise<LetGoAnswer>;
  /**
   * Takes over what another hand has let go of in the same cluster: its fields and no others, and no instance is
   * touched. Idempotent. Absent where nothing can be taken over.
   */
  takeOver?(placement: string, from: ForeignHand, signal?: AbortSignal): Promise<void>;
  /** How it is at this moment; rejects soon when the backend does not answer. */
  observe(placement: string, signal?: AbortSignal): Promise<ObservedPlacement>;
  logs(placement: string, query: LogQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  startTask(id: string, task: TaskRequest): Promise<TaskResult>;
  /** Answers when the task has ended. */
  awaitTask(id: string, signal: AbortSignal): Promise<TaskResult>;
  taskLog(id: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine>;
  cancelTask(id: string): Promise<void>;
  /** Runs a command inside an instance. Absent where instances have no inside of their own. */
  exec?(placement: string, request: ExecRequest, signal: AbortSignal): AsyncIterable<ExecOutput>;
  /**
   * What the backend has of it, for whoever looks into a fault; bounded, and without what is secret. Absent where there
   * is nothing beyond what is observed.
   */
  evidence?(placement: string, signal: AbortSignal): Promise<RuntimeEvidence>;
  /**
   * Fields that are not as the platform asked, looked up now. Absent where nobody but the driver can change what runs,
   * as is `revert`.
   */
  drift?(placement: string, signal?: AbortSignal): Promise<readonly DriftedField[]>;
  /** Takes drifted fields back: of all objects, or of those that fit. Answers what was taken back. */
  revert?(
    placement: string,
    which: RevertChoice,
    signal?: AbortSignal,
  ): Promise<readonly DriftedField[]>;
  /** What is not wanted any more, and stays until a person confirms that it may go. Absent where nothing is. */
  kept?(placement: string, signal?: AbortSignal): Promise<readonly KeptObject[]>;
  /**
   * Deletes what is kept, by what it is called there; answers what was deleted. Throws `not-found` for what is not
   * kept, and deletes nothing then.
   */
  prune?(
    placement: string,
    confirmed: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly string[]>;
}

export type RuntimeEvidence = Pick<
  PlacementEvidence,
  'record' | 'objects' | 'events' | 'instances' | 'missing'
>;

/** What is taken back, and who asked for it. */
export interface RevertChoice extends DriftChoice {
  readonly by?: string | undefined;
  readonly why?: string | undefined;
}

export interface ExecRequest {
  readonly command: readonly string[];
  /** What it reads, and then its end. */
  readonly stdin?: string | undefined;
  /** One of its instances; absent: a healthy one. */
  readonly instance?: string | undefined;
}

/** Which drifted fields are meant; all of them when nothing is said. */
export interface DriftChoice {
  /** `Deployment users-api`. */
  readonly object?: string | undefined;
  /** `.spec.replicas`. */
  readonly field?: string | undefined;
}
