import type { ErrorItem, PlatformFile, RunSpec, Spec, ThinFile } from '@pltf/contracts';
import { nearest } from './nearest.ts';
import { readPolicy } from './policy.ts';
import { type RunSection, resolveRun } from './resolve-run.ts';
import { routeHost } from './route-host.ts';
import type { RepositoryRoot } from './start-command.ts';
import type { YamlPlaces } from './yaml-text.ts';

export type ResolvedSpec =
  | { readonly ok: true; readonly spec: Spec }
  | { readonly ok: false; readonly problems: readonly ErrorItem[] };

export interface ResolveOptions {
  /** Where the file's values are; without it, problems name their keys only. */
  readonly places?: YamlPlaces | undefined;
  /** What lies beside the file; without it, a command that only the repository tells stays open. */
  readonly root?: RepositoryRoot | undefined;
}

interface Context extends ResolveOptions {
  readonly file: ThinFile;
  readonly platform: PlatformFile;
  readonly stable: readonly string[];
  readonly previews: readonly string[];
  readonly problems: ErrorItem[];
}

const defaultTier = 3;

/** Fills in every default: the thin file first, then the repository, then the platform file. All problems at once. */
export function resolveSpec(
  file: ThinFile,
  platform: PlatformFile,
  options: ResolveOptions = {},
): ResolvedSpec {
  const named = (kind: 'stable' | 'preview') =>
    platform.environments
      .filter((environment) => environment.kind === kind)
      .map(({ name }) => name);
  const context = {
    ...options,
    file,
    platform,
    stable: named('stable'),
    previews: named('preview'),
    problems: [],
  };
  const environments = environmentsOf(context);
  const policy = policyOf(context);
  checkKind(context);
  const run: Record<string, RunSpec> = {};
  const routes: Record<string, string[]> = {};
  for (const name of [...context.previews, ...environments]) {
    const resolved = runIn(context, name);
    if (resolved !== undefined) run[name] = resolved;
    routes[name] = routesIn(context, name, environments.at(-1));
  }
  if (context.problems.length > 0) return { ok: false, problems: unique(context.problems) };
  return {
    ok: true,
    spec: {
      kind: file.kind,
      name: file.name,
      description: file.description ?? '',
      owner: file.owner ?? platform.defaultTeam,
      tier: file.tier ?? defaultTier,
      ...(file.path === undefined ? {} : { path: file.path }),
      environments: [...environments],
      policy: { ...policy },
      run,
      routes,
      needs: {},
      objective: {},
    },
  };
}

function placeOf({ places }: Context, path: readonly (string | number)[]): string {
  return places === undefined ? path.join('.') : places.value(path);
}

/** Those that the file asks for, in the platform's order: promotion goes that way, whatever order the file has. */
function environmentsOf(context: Context): readonly string[] {
  const { file, stable, previews, problems, places } = context;
  const known = [...previews, ...stable];
  const asked = typeof file.env === 'string' ? [file.env] : (file.env ?? stable);
  const refuse = (name: string, where: string): void => {
    const meant = nearest(name, known);
    const fix =
      meant === undefined ? `The platform has: ${known.join(', ')}.` : `Did you mean \`${meant}\`?`;
    problems.push({ where, message: `there is no environment \`${name}\``, fix });
  };
  for (const [index, name] of asked.entries()) {
    if (!known.includes(name))
      refuse(name, placeOf(context, typeof file.env === 'string' ? ['env'] : ['env', index]));
  }
  for (const name of Object.keys(file.envs ?? {})) {
    if (!known.includes(name)) refuse(name, places?.key(['envs', name]) ?? `envs.${name}`);
  }
  return stable.filter((name) => asked.includes(name));
}

function policyOf(context: Context): Spec['policy'] {
  const { policy, unclear } = readPolicy(context.file.policy);
  for (const part of unclear) {
    const message =
      part === ''
        ? 'policy: a pair is missing'
        : `policy: \`${part.slice(0, 100)}\` is no pair, or is there twice`;
    const fix = 'Write `pii=true, region=eu`, or a map.';
    context.problems.push({ where: placeOf(context, ['policy']), message, fix });
  }
  return policy;
}

/** What one kind of component can have and another cannot. */
function checkKind(context: Context): void {
  const { file, problems } = context;
  if (file.schedule !== undefined && file.kind !== 'job') {
    const fix = 'Use `kind: job`, or leave it out.';
    problems.push({
      where: placeOf(context, ['schedule']),
      message: `a ${file.kind} has no schedule`,
      fix,
    });
  }
  const serves = file.kind === 'service' || file.kind === 'site';
  if (!serves && (file.routes?.length ?? 0) > 0) {
    const fix = 'Use `kind: service`, or leave them out.';
    problems.push({
      where: placeOf(context, ['routes']),
      message: `a ${file.kind} has no address`,
      fix,
    });
  }
}

function runIn(context: Context, name: string): RunSpec | undefined {
  const { file, platform, root, problems } = context;
  const own = file.envs?.[name]?.run;
  const run: RunSection = { ...file.run, ...own, env: { ...file.run?.env, ...own?.env } };
  const where = (key: keyof RunSection): string => {
    if (own !== undefined && Object.hasOwn(own, key))
      return placeOf(context, ['envs', name, 'run', key]);
    return placeOf(context, file.run === undefined ? ['kind'] : ['run', key]);
  };
  return resolveRun({
    file,
    run,
    platform,
    root,
    where,
    report: (problem) => problems.push(problem),
  });
}

/** Routes at the top are those of the last environment: a host answers in one place. */
function routesIn(context: Context, name: string, last: string | undefined): string[] {
  const { file, platform, problems } = context;
  const own = file.envs?.[name]?.routes;
  const path = own === undefined ? ['routes'] : ['envs', name, 'routes'];
  const hosts: string[] = [];
  for (const [index, text] of (own ?? (name === last ? file.routes : undefined) ?? []).entries()) {
    const route = routeHost(text, platform);
    if ('host' in route) hosts.push(route.host);
    else problems.push({ where: placeOf(context, [...path, index]), ...route });
  }
  return [...new Set(hosts)];
}

/** The same value is wrong once, in however many environments it counts. */
const unique = (problems: readonly ErrorItem[]): readonly ErrorItem[] => [
  ...new Map(problems.map((problem) => [`${problem.where} ${problem.message}`, problem])).values(),
];
