import type {
  EnvironmentRule,
  ErrorItem,
  PlatformFile,
  Provenance,
  RunSpec,
  Spec,
  ThinFile,
} from '@pltf/contracts';
import { chooseOffer } from '../thin-file/choose-offer.ts';
import type { ResolveOptions } from '../thin-file/resolve-context.ts';
import { type ResolvedSpec, resolveSpec } from '../thin-file/resolve-spec.ts';
import { routeHost } from '../thin-file/route-host.ts';
import { fittingSize, largestSize, sizesIn } from '../thin-file/sizes.ts';
import type { Part } from '../thin-file/sources.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import type { AskedSize } from './amounts.ts';
import {
  askedSize,
  containerParts,
  mainContainer,
  sideContainers,
  withoutUndefined,
} from './score-containers.ts';
import type { ResourceFindings } from './score-resources.ts';
import { scoreVersion } from './score-shape.ts';
import type { ScoreWorkload } from './score-workload.ts';

/** A Score workload with what a thin file would say of it. */
export interface ScoreComponent {
  readonly workload: ScoreWorkload;
  readonly file: ThinFile;
  readonly places: YamlPlaces;
  readonly findings: ResourceFindings;
}

/**
 * The spec of a Score workload on a platform: sizes that have what its containers ask for, offers for its resources.
 * What the platform has no offer for is in `unmet`, not a problem.
 */
export function resolveScore(
  component: ScoreComponent,
  platform: PlatformFile,
  options: Pick<ResolveOptions, 'platformPlaces'> = {},
): ResolvedSpec {
  const { file, places, workload, findings } = component;
  const environments = environmentsOf(file, platform);
  const asked = askedSize(workload);
  const problems: ErrorItem[] = [];
  const envs: Record<string, Part> = {};
  const unmet: Record<string, Record<string, string>> = {};
  for (const environment of environments) {
    const size = asked === undefined ? undefined : sizeFor(platform, environment, asked);
    if (size !== undefined && typeof size !== 'string')
      problems.push({ where: places.value(['run', 'size']), ...size });
    const { needs, missing } = offersFor(platform, environment, findings);
    envs[environment.name] = { needs, ...(typeof size === 'string' ? { run: { size } } : {}) };
    if (Object.keys(missing).length > 0) unmet[environment.name] = missing;
  }
  const { routes, notes } = routesFor(platform, findings);
  const whole: ThinFile = {
    ...file,
    ...(routes.length === 0 ? {} : { routes: [...routes] }),
    envs,
  };
  const resolved = resolveSpec(whole, platform, { ...options, places });
  if (!resolved.ok) return { ok: false, problems: [...problems, ...resolved.problems] };
  if (problems.length > 0) return { ok: false, problems: unique(problems) };
  const origin = { format: scoreVersion, notes: [...findings.notes, ...notes] };
  const spec = withContainers(component, { ...resolved.spec, origin }, unmet);
  return { ok: true, spec, why: whyOf(component, resolved.why, asked) };
}

function environmentsOf(file: ThinFile, platform: PlatformFile): readonly EnvironmentRule[] {
  const asked = typeof file.env === 'string' ? [file.env] : file.env;
  return platform.environments.filter(
    ({ kind, name }) => kind === 'preview' || asked === undefined || asked.includes(name),
  );
}

/** The name of the smallest size that has what is asked for. */
function sizeFor(
  platform: PlatformFile,
  environment: EnvironmentRule,
  asked: AskedSize,
): string | { readonly message: string; readonly fix: string } {
  const sizes = sizesIn(platform, environment);
  const [name] = fittingSize(sizes, asked) ?? [];
  if (name !== undefined) return name;
  if (platform.rawSizes === 'allowed' && environment.sizes === undefined)
    return `${Math.max(32, asked.memoryMiB)}Mi/${Math.max(0.05, asked.cpu)}`;
  const [largest, size] = largestSize(sizes) ?? [];
  const message = `no size of ${environment.name} has ${asked.memoryMiB} MiB and ${asked.cpu} of a processor`;
  const fix = `The largest is \`${largest ?? ''}\` with ${size?.memoryMiB ?? 0} MiB and ${size?.cpu ?? 0}: ask for less, or the platform team for a larger one.`;
  return { message, fix };
}

function offersFor(
  platform: PlatformFile,
  environment: EnvironmentRule,
  { meanings }: ResourceFindings,
): { readonly needs: NonNullable<Part['needs']>; readonly missing: Record<string, string> } {
  const needs: NonNullable<Part['needs']> = {};
  const missing: Record<string, string> = {};
  for (const [name, meaning] of meanings) {
    if (meaning.kind !== 'offer') continue;
    const choice = chooseOffer(platform, environment, { offer: meaning.type, plan: meaning.plan });
    if ('chosen' in choice) needs[name] = choice.chosen;
    else missing[name] = `${choice.message}. ${choice.fix}`;
  }
  return { needs, missing };
}

/** Hosts of the team's own; those that the platform gives itself are said to be so. */
function routesFor(
  platform: PlatformFile,
  findings: ResourceFindings,
): { readonly routes: readonly string[]; readonly notes: readonly string[] } {
  const routes: string[] = [];
  const notes: string[] = [];
  for (const { host } of findings.routes) {
    const route = routeHost(host, platform);
    if ('host' in route) routes.push(route.host);
    else notes.push(`A route is left out: ${route.message}. ${route.fix}`);
  }
  return { routes, notes };
}

/** The spec with its containers, and with the needs that nothing offers. */
function withContainers(
  { workload, findings }: ScoreComponent,
  spec: Spec,
  unmet: Record<string, Record<string, string>>,
): Spec {
  const main = mainContainer(workload);
  const { env, ...parts } = containerParts(workload, main, findings);
  const several = Object.keys(workload.document.containers).length > 1;
  const ports = Object.entries(workload.document.service?.ports ?? {}).map(
    ([name, { port, targetPort = port, protocol = 'TCP' }]) =>
      [name, { port, targetPort, protocol }] as const,
  );
  const whole = withoutUndefined({
    image: workload.document.containers[main]?.image ?? '.',
    ...parts,
    ports: ports.length === 0 ? undefined : Object.fromEntries(ports),
    containers: sideContainers(workload, main, findings),
    startOrder: several ? [...workload.startOrder] : undefined,
  });
  const run: Record<string, RunSpec> = {};
  const needs: Spec['needs'] = {};
  for (const [name, one] of Object.entries(spec.run)) {
    run[name] = { ...one, ...whole, env: { ...one.env, ...env } };
    const all = { ...missingNeeds(unmet[name] ?? {}, findings), ...spec.needs[name] };
    if (Object.keys(all).length > 0) needs[name] = withShared(all, findings);
  }
  return { ...spec, run, needs, ...(Object.keys(unmet).length > 0 ? { unmet } : {}) };
}

/** Resources with an id are the same one for every component that names it. */
function withShared(
  needs: Spec['needs'][string],
  { meanings }: ResourceFindings,
): Spec['needs'][string] {
  return Object.fromEntries(
    Object.entries(needs).map(([name, need]) => {
      const meaning = meanings.get(name);
      const shared = meaning?.kind === 'offer' ? meaning.shared : undefined;
      return [name, need.kind === 'offer' && shared !== undefined ? { ...need, shared } : need];
    }),
  );
}

function missingNeeds(
  missing: Readonly<Record<string, string>>,
  { meanings }: ResourceFindings,
): Spec['needs'][string] {
  return Object.fromEntries(
    Object.keys(missing).flatMap((name) => {
      const meaning = meanings.get(name);
      return meaning?.kind === 'offer'
        ? [[name, { kind: 'offer' as const, offer: meaning.type, plan: meaning.plan ?? 'default' }]]
        : [];
    }),
  );
}

function whyOf(
  { workload, places, findings }: ScoreComponent,
  why: Readonly<Record<string, Provenance>>,
  asked: AskedSize | undefined,
): Readonly<Record<string, Provenance>> {
  const found: Record<string, Provenance> = {};
  for (const [path, provenance] of Object.entries(why)) {
    const isSize = path.endsWith('run.size') && asked !== undefined;
    const because = isSize
      ? `The smallest size with ${asked.memoryMiB} MiB and ${asked.cpu} of a processor, which its containers ask for.`
      : provenance.because.replace(/^The thin file says so/, 'The Score file says so');
    found[path] = { ...provenance, because };
  }
  const main = mainContainer(workload);
  const say = (key: string, where: string): void => {
    found[`run.${key}`] ??= { source: 'thin-file', where, because: 'The Score file says so.' };
  };
  for (const key of ['image', 'command', 'args', 'files', 'volumes'] as const) {
    if (workload.document.containers[main]?.[key] !== undefined)
      say(key, workload.places.value(['containers', main, key]));
  }
  for (const key of Object.keys(workload.document.containers[main]?.variables ?? {}))
    say(`env.${key}`, workload.places.value(['containers', main, 'variables', key]));
  for (const [name, { kind }] of findings.meanings) {
    if (kind !== 'offer') continue;
    const because = 'The Score file needs it.';
    found[`needs.${name}`] ??= {
      source: 'thin-file',
      where: places.value(['needs', name]),
      because,
    };
  }
  return found;
}

const unique = (problems: readonly ErrorItem[]): readonly ErrorItem[] => [
  ...new Map(problems.map((one) => [`${one.where} ${one.message}`, one])).values(),
];
