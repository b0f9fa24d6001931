import type { Verdict } from '@pltf/contracts';
import { evaluateGuardrails, goldenPathFor, placementObjects } from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Db } from '../../persistence/transaction.ts';
import type { CatalogQueries } from '../catalog/index.ts';
import { placedObject } from './audit-evaluation.ts';
import type { Breaking, PolicyException } from './exception.ts';
import type { GuardrailSource } from './guardrail-set.ts';
import type { GoldenPathSource, PlacedReleases } from './placed-specs.ts';
import { refusalsOf } from './refusals.ts';

/** What breaks a guardrail in a scope, live: what an exception would exempt. */
export type FindBreaking = (
  scope: Pick<PolicyException, 'guardrail' | 'component' | 'environment'>,
) => Promise<readonly Breaking[]>;

export interface BreakingDependencies {
  readonly db: Db;
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly guardrails: GuardrailSource;
  readonly placed: PlacedReleases;
  readonly paths: GoldenPathSource;
  readonly catalog: CatalogQueries;
  readonly clock: Clock;
}

/** Evaluates what runs as it is now, whatever is excepted, and adds what was refused lately. */
export const findBreaking =
  (dependencies: BreakingDependencies): FindBreaking =>
  async ({ guardrail, component, environment }) => {
    const { db, platform, guardrails, placed, paths, catalog, clock } = dependencies;
    const compiled = {
      guardrails: guardrails
        .current()
        .compiled.guardrails.filter((one) => one.guardrail.metadata.name === guardrail),
    };
    if (compiled.guardrails.length === 0) return [];
    const goldenPaths = await paths.goldenPaths();
    const objects = (await placed.of(component)).flatMap((release) => {
      const object = placedObject(release, platform.current(), goldenPaths);
      return object === undefined ? [] : [{ object, subject: release.placement }];
    });
    const owned = await catalog.find(component);
    const planned =
      owned?.spec === undefined
        ? []
        : placementObjects(
            { ...owned.spec, owner: owned.owner },
            platform.current(),
            goldenPathFor({ goldenPaths }, owned.kind, owned.spec.path),
          )
            .filter(({ id }) => !objects.some(({ subject }) => subject === id))
            .map(({ object, id }) => ({ object, subject: id }));
    const context = { now: clock.now(), exceptions: [], includePasses: false };
    const found = [
      ...evaluateGuardrails(compiled, objects, context).map(breakingOf('placed')),
      ...evaluateGuardrails(compiled, planned, context).map(breakingOf('planned')),
      ...(await refusalsOf(db, component, guardrail)).map(breakingOf('refused')),
    ];
    return found.filter(
      (one): one is Breaking =>
        one !== undefined && (environment === undefined || one.environment === environment),
    );
  };

const breakingOf =
  (found: Breaking['found']) =>
  ({ subject, environment, message, title, where, digest }: Verdict): Breaking | undefined =>
    digest === undefined || environment === undefined
      ? undefined
      : { placement: subject, environment, found, message: message ?? title, where, digest };
