import type { Logger } from 'pino';
import type { KubeconfigSource } from '../drivers/cluster/http/kubeconfig.ts';
import type { ExclusiveLocks } from '../kernel/exclusive-lock.ts';
import type { WorkflowPipelineDependencies } from '../modules/delivery/index.ts';
import type { LivePlatform } from '../modules/platform/index.ts';
import type { PushListener } from '../modules/repos/index.ts';
import type { ServerSession } from '../persistence/session.ts';
import type { Db, Tx } from '../persistence/transaction.ts';

export interface Foundation {
  readonly db: Db;
  readonly session: ServerSession;
  readonly log: Logger;
  readonly platform: LivePlatform;
  readonly portalUrl: string;
  readonly routerPort: number;
  readonly repositories: string;
  readonly goldenPaths: string;
  readonly agentSocket: string;
  /** Holds repositories, keys and the agent's state. */
  readonly dataDirectory: string;
  /** What marks everything that this installation makes in engines that it shares with others. */
  readonly installation: string;
  readonly gitCredentials: Readonly<Record<string, string>>;
  /** One writer at a time across all servers, by name. */
  readonly locks: ExclusiveLocks;
  /** A PATH to find git and other programs in. */
  readonly path: string;
  /** Where the contexts of clusters are. */
  readonly kubeconfig: KubeconfigSource;
  readonly capabilities: WorkflowPipelineDependencies['capabilities'];
}

/** Where the rooms below need a room above, the way up is filled once both stand. */
export interface Upwards {
  delivery?: PushListener;
  paths?: { wake(tx: Tx, component: string): Promise<void> };
  fleet?: { wake(tx: Tx): Promise<void> };
}
