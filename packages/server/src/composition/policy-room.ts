import { existsSync } from 'node:fs';
import { systemClock } from '../kernel/clock.ts';
import { placedReleases } from '../modules/delivery/index.ts';
import { postgresIdentityQueries } from '../modules/identity/index.ts';
import { goldenPathsSource } from '../modules/paths/index.ts';
import {
  createAuditReconciler,
  createExceptionReconciler,
  createRequestReconciler,
  createWholeAuditReconciler,
  type Evaluator,
  type ExceptionService,
  evaluatorHere,
  evaluatorInThread,
  exceptionRoutes,
  exceptionService,
  findBreaking,
  gate,
  guardrailRoutes,
  guardrailSource,
  postgresExceptionQueries,
  postgresExceptionStore,
  postgresRequestQueries,
  postgresRequestStore,
  postgresResultsQueries,
  postgresResultsStore,
  requestRoutes,
  requestService,
  wakeWholeAudit,
} from '../modules/policy/index.ts';
import { transact } from '../persistence/transaction.ts';
import type { Foundation } from './foundation.ts';
import type { Ground } from './ground-floor.ts';

/** After a start, requests and rollouts come first. Milliseconds. */
const firstAuditAfterMs = 20_000;

/** Guardrails over what runs and what is to run, exceptions, and requests for what does not fit. */
export function policyRoom(foundation: Foundation, ground: Ground) {
  const { db, platform } = foundation;
  const clock = systemClock;
  const people = postgresIdentityQueries(db);
  const guardrails = guardrailSource(platform);
  const exceptions = postgresExceptionQueries(db);
  const paths = goldenPathsSource(ground.scaffolder, platform);
  const placed = placedReleases(db);
  const store = postgresExceptionStore();
  const catalog = ground.catalogQueries;
  const service = exceptionService({ store, people, platform, clock });
  const breaking = findBreaking({ db, platform, guardrails, placed, paths, catalog, clock });
  const evaluator = evaluatorFor();
  const results = postgresResultsQueries(db);
  const audit = {
    ...{ db, platform, guardrails, exceptions, placed, paths, evaluator, clock },
    store: postgresResultsStore(),
  };
  const requestStore = postgresRequestStore();
  const requests = postgresRequestQueries(db);
  const asked = requestService({ store: requestStore, platform, clock });
  return {
    gate: gate({ platform, guardrails, exceptions, paths, clock }),
    goldenPaths: paths,
    guardrails,
    exceptions,
    service,
    evaluator,
    reconcilers: [
      createExceptionReconciler({ db, store, people, platform, clock }),
      createRequestReconciler({ db, store: requestStore, clock }),
      createAuditReconciler(audit),
      createWholeAuditReconciler(audit),
    ],
    handlers: {
      ...guardrailRoutes({ audit, results, requests, breaking }),
      ...exceptionRoutes({
        ...{ db, catalog, platform, guardrails, exceptions, service, breaking, clock },
      }),
      ...requestRoutes({ db, catalog, requests, service: asked, clock }),
    },
    follow: () => follow(foundation, service),
  };
}

/** Has everything looked at soon, and again whenever the platform changes. Answers with how to stop. */
async function follow(
  { db, platform, log }: Foundation,
  exceptions: ExceptionService,
): Promise<() => void> {
  const look = (at?: Date): Promise<void> =>
    transact(db, async (tx) => {
      wakeWholeAudit(tx, at);
      await exceptions.platformChanged(tx);
    });
  const stop = platform.subscribe(() => {
    look().catch((error: unknown) => log.warn({ err: error }, 'waking the audit'));
  });
  await look(new Date(systemClock.now().getTime() + firstAuditAfterMs));
  return stop;
}

/** A thread of its own where the server is built; run from its sources, a few placements at a time in between. */
function evaluatorFor(): Evaluator {
  const file = new URL('./audit-worker.js', import.meta.url);
  return existsSync(file) ? evaluatorInThread({ file }) : evaluatorHere();
}

export type PolicyRoom = ReturnType<typeof policyRoom>;
