import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Db } from '../../persistence/transaction.ts';
import type { CatalogQueries, CatalogStore } from '../catalog/index.ts';
import type { DeliveryQueries } from '../delivery/index.ts';
import type { GitHost, ReposService } from '../repos/index.ts';
import type { RuntimeQueries } from '../runtime/index.ts';
import type { Scaffolder } from './scaffold.ts';

/** What creations and changes of components work with. */
export interface CreationDependencies {
  readonly db: Db;
  readonly catalog: CatalogStore;
  readonly catalogQueries: CatalogQueries;
  readonly git: GitHost;
  readonly repos: ReposService;
  readonly delivery: DeliveryQueries;
  readonly runtime: RuntimeQueries;
  readonly scaffolder: Scaffolder;
  readonly platform: PlatformSource;
  readonly clock: Clock;
  readonly portalUrl: string;
  readonly routerPort: number;
}
