import type { GoldenPathFacts, PlatformFacts, Provenance, Spec, ThinFile } from '@pltf/contracts';
import { durationText } from '../units.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import type { PlacedSpec } from './placement-objects.ts';
import { platformPlaces } from './platform-places.ts';

export interface WhyRequest {
  readonly file: ThinFile;
  readonly places: YamlPlaces;
  readonly spec: Spec;
  readonly placed: readonly PlacedSpec[];
  readonly path: GoldenPathFacts | undefined;
  readonly facts: PlatformFacts;
  /** A component that stands keeps its owner. */
  readonly isThere: boolean;
  /** What resolving the thin file knows already. */
  readonly why: Readonly<Record<string, Provenance>>;
}

type Why = Record<string, Provenance>;
type Step = string | number;

/**
 * Where each value of a plan came from, by its path as the thin file would write it (`run.size`, `envs.prod.run.size`),
 * or as the placement's object does where no thin file can say it (`data.maskedLogs`, `envs.prod.region`).
 */
export function whyOf(request: WhyRequest): Why {
  const why: Why = { ...request.why };
  topValues(request, why);
  for (const placed of request.placed) environmentValues(request, placed, why);
  return why;
}

function fromPlatform(facts: PlatformFacts, path: readonly Step[], because: string): Provenance {
  const where = platformPlaces(facts)?.value(path);
  return { source: 'platform-file', ...(where === undefined ? {} : { where }), because };
}

function topValues({ file, path, spec, isThere, facts }: WhyRequest, why: Why): void {
  if (file.owner === undefined) {
    why['owner'] = isThere
      ? { source: 'default', because: 'The team that it was created for.' }
      : spec.owner === facts.platform.defaultTeam
        ? fromPlatform(facts, ['defaultTeam'], 'The team that answers for what names none.')
        : { source: 'default', because: 'Your team; the file names none.' };
  }
  if (path !== undefined && file.path === undefined) {
    const because = isThere ? 'It came from there.' : `The first one for a ${file.kind}.`;
    why['path'] = { source: 'golden-path', where: `${path.id}@${path.version}`, because };
  }
}

function environmentValues(request: WhyRequest, placed: PlacedSpec, why: Why): void {
  const { facts } = request;
  const { name, runtime } = placed.environment;
  const explain = (path: string, provenance: Provenance): void => {
    why[`envs.${name}.${path}`] = provenance;
    // Production comes last, so that its reason stands for all.
    why[path] = provenance;
  };
  for (const [path, provenance] of Object.entries(placed.why)) {
    explain(path, placedWhere(request, placed, path, provenance));
  }
  const size = why[`envs.${name}.run.size`];
  if (size?.source === 'platform-file' && size.where === undefined) {
    explain('run.size', fromPlatform(facts, ['sizes', placed.object.spec.run.size], size.because));
  }
  explain(
    'cost',
    fromPlatform(
      facts,
      ['rates'],
      'The smallest number of instances for 730 hours, at its prices.',
    ),
  );
  explain(
    'runtime',
    fromPlatform(facts, environmentPath(facts, name, 'runtime'), `${name} runs on ${runtime}.`),
  );
}

const environmentPath = ({ platform }: PlatformFacts, name: string, key: string): Step[] => [
  'environments',
  platform.environments.findIndex((one) => one.name === name),
  key,
];

/** The key of an environment's rule that a derived value hangs on. */
const ruleKeys: Readonly<Record<string, string>> = {
  'region': 'region',
  'data.encryptedAtRest': 'encryptedAtRest',
};

/** The values that personal data switched on, with their place. */
function placedWhere(
  { facts, file, places }: WhyRequest,
  placed: PlacedSpec,
  path: string,
  provenance: Provenance,
): Provenance {
  const { name } = placed.environment;
  if (provenance.source === 'platform-file') {
    const key = ruleKeys[path] ?? 'runtime';
    return fromPlatform(facts, environmentPath(facts, name, key), provenance.because);
  }
  const own = file.envs?.[name]?.policy;
  const where = places.value(own === undefined ? ['policy'] : ['envs', name, 'policy']);
  return { ...provenance, where };
}

/** The value that a path below an environment names, in the placement's object. */
export function valueAt({ object }: Pick<PlacedSpec, 'object'>, path: string): unknown {
  if (path === 'run.drain') return durationText(object.spec.run.drainMs);
  if (path === 'run.startTimeout') return durationText(object.spec.run.startTimeoutMs);
  const [head = '', ...rest] = path.split('.');
  const top: Readonly<Record<string, unknown>> = {
    ...object.spec,
    slo: object.spec.objective,
    access: object.spec.routes,
  };
  return rest.reduce<unknown>(
    (at, step) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, step)
        ? (at as Readonly<Record<string, unknown>>)[step]
        : undefined,
    top[head],
  );
}

/** Words of a placement's object that the thin file has other words for. */
const thinFileWords: Readonly<Record<string, string>> = {
  objective: 'slo',
  goldenPath: 'path',
  drainMs: 'drain',
  startTimeoutMs: 'startTimeout',
  memoryMiB: 'size',
  cpu: 'size',
};

/** The place in the thin file behind a path of a placement's object, for verdicts: `spec.run.size`. */
export function placeOfObjectPath(
  why: Readonly<Record<string, Provenance>>,
  environment: string,
  path: string,
): string | undefined {
  const steps = path
    .replace(/^(?:object\.)?spec\./, '')
    .replace(/\[["']?([^\]"']+)["']?\]/g, '.$1')
    .split('.')
    .map((step) => thinFileWords[step] ?? step);
  for (let length = steps.length; length > 0; length -= 1) {
    const short = steps.slice(0, length).join('.');
    const found = why[`envs.${environment}.${short}`] ?? why[short];
    if (found?.where !== undefined && isPlace(found)) return found.where;
    const below = firstBelow(why, `envs.${environment}.${short}.`) ?? firstBelow(why, `${short}.`);
    // What was asked for is a section: the first of its lines leads there, and one of another section would not.
    if (length === steps.length && below !== undefined) return below;
  }
  const [head = ''] = steps;
  const related = Object.entries(why).find(
    ([key, { source }]) => source === 'thin-file' && key.startsWith(relatedKeys[head] ?? '-'),
  );
  return (related ?? [])[1]?.where ?? why['name']?.where;
}

/** What of the thin file decides about values that it cannot say itself. */
const relatedKeys: Readonly<Record<string, string>> = { cost: 'budget', data: 'policy' };

const firstBelow = (
  why: Readonly<Record<string, Provenance>>,
  prefix: string,
): string | undefined =>
  Object.entries(why).find(([key, one]) => key.startsWith(prefix) && isPlace(one))?.[1].where;

/** A line that the team itself can change. */
const isPlace = ({ source }: Provenance): boolean => source === 'thin-file' || source === 'policy';
