import {
  type EnvironmentRule,
  type GoldenPathFacts,
  type PlacementObject,
  type PlatformFile,
  type Provenance,
  placementLabel,
  type RunSpec,
  type Spec,
} from '@pltf/contracts';
import { type PlacementCost, placementCost, shownAmount } from '../cost/index.ts';
import { placementHost } from '../hosts.ts';
import { deletionSchedule, type Protected, policyIn, protect } from '../privacy/index.ts';

export interface PlacedSpec {
  readonly object: PlacementObject;
  /** The placement's id. */
  readonly id: string;
  readonly environment: EnvironmentRule;
  readonly cost: PlacementCost;
  /** Why its derived values are as they are, by path below the environment. */
  readonly why: Readonly<Record<string, Provenance>>;
}

/** For a kind that runs nothing by itself. */
const nothingRuns: RunSpec = {
  size: 'none',
  memoryMiB: 0,
  cpu: 0,
  instances: { minimum: 0, maximum: 0 },
  env: {},
  drainMs: 0,
  startTimeoutMs: 0,
};

export const hasAddress = ({ kind }: Pick<Spec, 'kind'>): boolean =>
  kind === 'service' || kind === 'site';

/**
 * One object for each environment where the spec would run: the preview of the default branch, then the stable ones in
 * the platform's order. What guardrails see.
 */
export function placementObjects(
  spec: Spec,
  platform: PlatformFile,
  path: GoldenPathFacts | undefined,
  branch?: string,
): readonly PlacedSpec[] {
  return platform.environments
    .filter(({ name, kind }) =>
      kind === 'preview' ? spec.run[name] !== undefined : spec.environments.includes(name),
    )
    .filter(({ kind }) => branch === undefined || kind === 'preview')
    .map((environment) => placementObject(spec, platform, path, environment, branch));
}

function placementObject(
  spec: Spec,
  platform: PlatformFile,
  path: GoldenPathFacts | undefined,
  rule: EnvironmentRule,
  branch: string | undefined,
): PlacedSpec {
  const label = placementLabel(spec.name, branch);
  const guarded = protect(spec, platform, rule);
  const run = runIn(spec, rule);
  const paid = spec.run[rule.name] === undefined ? undefined : run;
  const cost = placementCost(platform, rule.name, paid, guarded.needs);
  const own = [placementHost(platform, label, rule.name), ...(spec.routes[rule.name] ?? [])];
  const object: PlacementObject = {
    apiVersion: 'pltf.dev/v1',
    kind: 'Placement',
    metadata: {
      name: label,
      namespace: rule.name,
      labels: labelsOf(spec, rule),
      annotations: annotationsOf(spec, rule, guarded),
    },
    spec: {
      ...identityOf(spec, rule),
      ...(branch === undefined ? {} : { branch }),
      region: guarded.region,
      runtime: rule.runtime,
      ...(path === undefined ? {} : { goldenPath: goldenPathOf(path) }),
      policy: policyIn(spec, rule.name),
      data: guarded.data,
      run,
      ...(run.image === undefined ? {} : { image: run.image }),
      routes: hasAddress(spec) ? own.map((host) => ({ host, ...guarded.access(host) })) : [],
      needs: guarded.needs,
      objective: spec.objective[rule.name] ?? {},
      cost: {
        monthly: Number(shownAmount(cost.monthly)),
        ...(spec.budget === undefined ? {} : { budget: Number(spec.budget) }),
        currency: platform.rates.currency,
      },
    },
  };
  return { object, id: `${label}.${rule.name}`, environment: rule, cost, why: guarded.why };
}

const identityOf = ({ name, kind, owner, tier }: Spec, rule: EnvironmentRule) => ({
  component: name,
  kind,
  owner,
  tier,
  environment: rule.name,
  environmentKind: rule.kind,
});

function annotationsOf(
  spec: Spec,
  rule: EnvironmentRule,
  { data }: Protected,
): Record<string, string> {
  const deletion = deletionSchedule(data.classes, data.retention);
  const schedule = spec.schedules?.[rule.name] ?? spec.schedule;
  return {
    ...(data.retention === undefined ? {} : { 'pltf.dev/retention': data.retention }),
    ...(deletion === undefined ? {} : { 'pltf.dev/deletion-schedule': deletion }),
    ...(schedule === undefined ? {} : { 'pltf.dev/schedule': schedule }),
  };
}

/** A preview needs one instance, whatever production has. */
function runIn(spec: Spec, rule: EnvironmentRule): RunSpec {
  const run = spec.run[rule.name] ?? nothingRuns;
  if (rule.kind === 'stable' || run.instances.minimum <= 1) return run;
  return { ...run, instances: { minimum: 1, maximum: run.instances.maximum } };
}

const labelsOf = (spec: Spec, rule: EnvironmentRule): Record<string, string> => ({
  'app.kubernetes.io/name': spec.name,
  'app.kubernetes.io/managed-by': 'pltf',
  'pltf.dev/component': spec.name,
  'pltf.dev/environment': rule.name,
  'pltf.dev/kind': spec.kind,
  'pltf.dev/owner': spec.owner,
  'pltf.dev/tier': String(spec.tier),
});

const goldenPathOf = (
  path: GoldenPathFacts,
): NonNullable<PlacementObject['spec']['goldenPath']> => ({
  id: path.id,
  version: path.version,
  maturity: path.maturity,
  ...(path.endOfSupport === undefined ? {} : { endOfSupport: path.endOfSupport }),
});
