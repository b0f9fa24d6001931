import type { Logger } from 'pino';
import type { Containers } from './containers.ts';
import type { EngineAccess } from './engine-access.ts';
import { labels } from './labels.ts';

export interface ContainerSweep {
  readonly access: EngineAccess;
  readonly containers: Containers;
  readonly log: Logger;
  /** Whether a record knows an instance, or an unfinished task. */
  readonly isKnown: (unit: string) => boolean;
}

/**
 * Removes containers that an earlier agent of this data directory made and that no record knows: it was
 * killed between the making and the writing. Waits for an engine that is not there yet, and keeps nobody waiting.
 */
export async function sweepContainers({
  access,
  containers,
  log,
  isKnown,
}: ContainerSweep): Promise<void> {
  const patience = { forMs: Number.POSITIVE_INFINITY, say: () => undefined };
  const own = await access.patiently(() => containers.list({}), patience);
  for (const { Id, Labels } of own) {
    const unit = Labels?.[labels.instance] ?? Labels?.[labels.task] ?? '';
    if (isKnown(unit)) continue;
    log.warn({ container: Id, unit }, 'a container that no record knows is removed');
    await access.patiently(() => containers.remove(Id), patience);
  }
}
