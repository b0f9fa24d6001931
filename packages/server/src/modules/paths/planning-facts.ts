import type { ActiveException, ComponentFacts, Guardrail, PlatformFacts } from '@pltf/contracts';
import {
  type CompiledGuardrails,
  type Judge,
  judgeWith,
  rulesDigest,
  startFiles,
} from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { type CatalogQueries, type Component, defaultBranch } from '../catalog/index.ts';
import type { GitHost } from '../repos/index.ts';
import type { RuntimeQueries } from '../runtime/index.ts';
import type { GoldenPathsSource } from './golden-path-facts.ts';

/** Filled by policy: what is in force now. */
export interface GuardrailsInForce {
  current(): { readonly inForce: readonly Guardrail[]; readonly compiled: CompiledGuardrails };
}

/** Filled by policy: exceptions, of one component or of all. */
export interface ExceptionsInForce {
  active(now: Date, component?: string): Promise<readonly ActiveException[]>;
}

export interface PlanningFactsDependencies {
  readonly platform: Pick<PlatformSource, 'current'>;
  readonly guardrails: GuardrailsInForce;
  readonly exceptions: ExceptionsInForce;
  readonly paths: GoldenPathsSource;
  readonly catalog: CatalogQueries;
  readonly runtime: RuntimeQueries;
  readonly git: GitHost;
  readonly clock: Clock;
}

/** Everything that a plan is made with, as it is at one moment. */
export interface PlanningFacts {
  readonly facts: PlatformFacts;
  readonly judge: Judge;
}

const thinFile = 'pltf.yaml';
const workflowFolder = '.github/workflows';

/** The facts for planning one component. */
export async function factsFor(
  dependencies: PlanningFactsDependencies,
  name: string | undefined,
): Promise<PlanningFacts> {
  const component = name === undefined ? undefined : await dependencies.catalog.find(name);
  const names =
    component === undefined
      ? {}
      : { [component.name]: { kind: component.kind, owner: component.owner } };
  return gather(dependencies, names, component === undefined ? [] : [component], name);
}

/** The facts for planning several without the platform: all names, and these components. */
export async function factsToKeep(
  dependencies: PlanningFactsDependencies,
  components: readonly Component[],
): Promise<PlanningFacts> {
  const all = await dependencies.catalog.list({ limit: mostNames });
  const names = Object.fromEntries(all.map(({ name, kind, owner }) => [name, { kind, owner }]));
  const { facts, judge } = await gather(dependencies, names, components, undefined);
  return { judge, facts: { ...facts, rules: rulesDigest(facts) } };
}

const mostNames = 50_000;

async function gather(
  dependencies: PlanningFactsDependencies,
  names: PlatformFacts['names'],
  components: readonly Component[],
  only: string | undefined,
): Promise<PlanningFacts> {
  const { platform, guardrails, exceptions, paths, clock } = dependencies;
  const { inForce, compiled } = guardrails.current();
  const now = clock.now();
  const [goldenPaths, active, ...known] = await Promise.all([
    paths.goldenPaths(),
    exceptions.active(now, only),
    ...components.map((component) => componentFacts(dependencies, component)),
  ]);
  return {
    judge: judgeWith(compiled),
    facts: {
      asOf: now.toISOString(),
      platform: platform.current(),
      guardrails: [...inForce],
      goldenPaths: [...goldenPaths],
      exceptions: [...active],
      names,
      components: Object.fromEntries(known.map((facts) => [facts.name, facts])),
    },
  };
}

async function componentFacts(
  { git, runtime }: PlanningFactsDependencies,
  component: Component,
): Promise<ComponentFacts> {
  const { name, state, owner, path, spec } = component;
  const placements = await runtime.placementsOf([name]);
  return {
    name,
    state,
    owner,
    ...(path === undefined ? {} : { path }),
    ...(spec === undefined ? {} : { spec }),
    ...(await repositoryFacts(git, name)),
    placements: placements.map(({ id, environment, branch, hosts, release }) => ({
      id,
      environment,
      ...(branch === undefined ? {} : { branch }),
      hosts: [...hosts],
      release,
    })),
  };
}

async function repositoryFacts(
  git: GitHost,
  name: string,
): Promise<Pick<ComponentFacts, 'thinFile' | 'root' | 'pipeline'>> {
  const head = (await git.exists(name)) ? (await git.branches(name)).get(defaultBranch) : undefined;
  if (head === undefined) return {};
  const { names, texts } = await git.readFiles(
    name,
    head,
    [thinFile, ...startFiles],
    [workflowFolder],
  );
  const applied = texts.get(thinFile);
  const pipeline = [...texts.keys()].find(
    (path) => path.startsWith(`${workflowFolder}/`) && /\.ya?ml$/.test(path),
  );
  const starting = startFiles.flatMap((file) => {
    const text = texts.get(file);
    return text === undefined ? [] : [[file, text] as const];
  });
  return {
    ...(applied === undefined ? {} : { thinFile: applied }),
    root: { names: [...names], texts: Object.fromEntries(starting) },
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}
