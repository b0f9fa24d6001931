import type { EnvironmentRule, RunSpec, Spec } from '@pltf/contracts';
import type { Context } from './resolve-context.ts';
import { resolveNeeds } from './resolve-needs.ts';
import { type ResolvedRoutes, resolveRoutes } from './resolve-routes.ts';
import { type RunSection, resolveRun } from './resolve-run.ts';
import {
  resolveAccess,
  resolveObjective,
  resolveOffer,
  resolvePolicy,
  resolveSchedule,
} from './resolve-sections.ts';
import type { Whole } from './resolve-whole.ts';
import { first, merged } from './sources.ts';
import { tierDefaults } from './tiers.ts';

/** Every key with one value: a new one is missed here by the compiler. */
const runKeys = Object.keys({
  build: true,
  command: true,
  port: true,
  health: true,
  metrics: true,
  alive: true,
  size: true,
  instances: true,
  release: true,
  drain: true,
  startTimeout: true,
  volume: true,
} satisfies Record<RunKey, true>) as RunKey[];
type RunKey = Exclude<keyof RunSection, 'buildArgs' | 'env'>;

type Places = Omit<Spec, keyof Whole>;

/** By environment. */
interface PlacesFound {
  readonly run: Spec['run'];
  readonly routes: Spec['routes'];
  readonly access: NonNullable<Spec['access']>;
  readonly needs: Spec['needs'];
  readonly objective: Spec['objective'];
  readonly policies: NonNullable<Spec['policies']>;
  readonly schedules: NonNullable<Spec['schedules']>;
  readonly offers: NonNullable<Spec['offers']>;
}

/** What each environment has of its own. */
export function resolvePlaces(context: Context, whole: Whole): Places {
  const { file, platform } = context;
  const places: PlacesFound = {
    run: {},
    routes: {},
    access: {},
    needs: {},
    objective: {},
    policies: {},
    schedules: {},
    offers: {},
  };
  const last = whole.environments.at(-1);
  for (const environment of platform.environments) {
    const { name, kind } = environment;
    if (kind === 'stable' && !whole.environments.includes(name)) continue;
    if (file.kind === 'resource') resolveShared(context, environment, places);
    else resolvePlace(context, environment, { whole, last, places });
    const policy = resolvePolicy(context, name);
    if (context.sources(name).some(({ override, part }) => override && part.policy !== undefined))
      places.policies[name] = { ...policy };
    const schedule = resolveSchedule(context, name);
    if (schedule !== undefined && schedule !== whole.schedule) places.schedules[name] = schedule;
  }
  return withoutEmpty(places, file.kind === 'resource' ? last : undefined);
}

interface PlaceTarget {
  readonly whole: Whole;
  readonly last: string | undefined;
  readonly places: PlacesFound;
}

function resolvePlace(
  context: Context,
  environment: EnvironmentRule,
  { whole, last, places }: PlaceTarget,
): void {
  const { name } = environment;
  const run = runIn(context, environment, whole.tier);
  if (run !== undefined) places.run[name] = run;
  const routes = routesIn(context, environment, last);
  places.routes[name] = [...routes.hosts];
  const access = resolveAccess(context, environment);
  const byHost = Object.keys(routes.access).length > 0 ? { routes: { ...routes.access } } : {};
  if (Object.keys({ ...access, ...byHost }).length > 0)
    places.access[name] = { ...access, ...byHost };
  const needs = needsIn(context, environment);
  if (Object.keys(needs).length > 0) places.needs[name] = { ...needs };
  const objective = resolveObjective(context, whole.tier, environment);
  if (objective !== undefined) places.objective[name] = objective;
}

function resolveShared(
  context: Context,
  environment: EnvironmentRule,
  { offers }: PlacesFound,
): void {
  if (environment.kind === 'preview') return;
  const offer = resolveOffer(context, environment);
  if (offer !== undefined) offers[environment.name] = offer;
}

/** Without the keys that say nothing; the offer of the last environment stands for all. */
function withoutEmpty(places: PlacesFound, last: string | undefined): Places {
  const { access, policies, schedules, offers, ...always } = places;
  const optional = { access, policies, schedules, offers };
  const offer = last === undefined ? undefined : offers[last];
  return {
    ...always,
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => Object.keys(value).length > 0),
    ),
    ...(offer === undefined ? {} : { offer }),
  };
}

function runIn(context: Context, environment: EnvironmentRule, tier: number): RunSpec | undefined {
  const { file, platform, root, production } = context;
  const { name } = environment;
  const sources = context.sources(name);
  const values = runKeys.flatMap((key) => {
    const found = first(sources, ['run', key], ({ run }) => run?.[key]);
    return found === undefined ? [] : [[key, found] as const];
  });
  for (const [key, { provenance, override }] of values)
    context.explain(`run.${key}`, provenance, name, override);
  const env = merged(sources, ['run', 'env'], ({ run }) => run?.env);
  for (const [key, { provenance, override }] of env)
    context.explain(`run.env.${key}`, provenance, name, override);
  // One image serves all environments: none says them otherwise.
  const buildArgs = merged(
    context.sources(),
    ['run', 'buildArgs'],
    ({ run }: { readonly run?: RunSection | undefined }) => run?.buildArgs,
  );
  for (const [key, { provenance, override }] of buildArgs)
    context.explain(`run.buildArgs.${key}`, provenance, name, override);
  const places = new Map<keyof RunSection, string>(values.map(([key, { where }]) => [key, where]));
  const isProduction = name === production && file.kind !== 'job';
  return resolveRun({
    kind: file.kind,
    run: {
      ...Object.fromEntries(values.map(([key, { value }]) => [key, value])),
      env: Object.fromEntries([...env].map(([key, { value }]) => [key, value])),
      ...(buildArgs.size === 0
        ? {}
        : {
            buildArgs: Object.fromEntries([...buildArgs].map(([key, { value }]) => [key, value])),
          }),
    },
    platform,
    environment,
    fewest: {
      instances: isProduction ? tierDefaults(tier).instances : 1,
      because: `What tier ${tier} has in production.`,
    },
    root,
    where: (key) =>
      places.get(key) ?? context.place(file.run === undefined ? ['kind'] : ['run', key]),
    report: context.report,
    explain: (key, provenance) => context.explain(`run.${key}`, provenance, name),
  });
}

/** Routes at the top are those of the last environment: a host answers in one place. */
function routesIn(
  context: Context,
  environment: EnvironmentRule,
  last: string | undefined,
): ResolvedRoutes {
  const { name } = environment;
  const sources = context.sources(name).filter(({ override }) => override || name === last);
  const routes = first(sources, ['routes'], (part) => part.routes);
  const source = sources.find(({ part }) => part.routes !== undefined);
  if (routes !== undefined) context.explain('routes', routes.provenance, name, routes.override);
  return resolveRoutes({
    routes,
    platform: context.platform,
    environment,
    placeOf: (index) => source?.place(['routes', index]) ?? 'routes',
    report: context.report,
  });
}

function needsIn(context: Context, environment: EnvironmentRule): Spec['needs'][string] {
  const { file, platform } = context;
  const needs = merged(context.sources(environment.name), ['needs'], (part) => part.needs);
  return {
    ...resolveNeeds({
      component: file.name,
      needs,
      platform,
      environment,
      report: context.report,
      explain: (need, provenance) =>
        context.explain(`needs.${need}`, provenance, environment.name, needs.get(need)?.override),
    }),
  };
}
