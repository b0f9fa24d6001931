import type { Path } from '../thin-file/sources.ts';
import { type ParsedThinFile, readThinFile } from '../thin-file/thin-file-parser.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import { mainContainer } from './score-containers.ts';
import { findResources, type ResourceFindings } from './score-resources.ts';
import type { ScoreWorkload } from './score-workload.ts';

/** What a thin file says and Score has no key for, as annotations `pltf.dev/owner` and so on. */
const annotated = [
  'kind',
  'description',
  'owner',
  'tier',
  'path',
  'env',
  'policy',
  'budget',
  'schedule',
] as const;

export type ScoreThinFile =
  | (Extract<ParsedThinFile, { readonly ok: true }> & { readonly findings: ResourceFindings })
  | Extract<ParsedThinFile, { readonly ok: false }>;

/** What a thin file would say of a workload, as far as no platform has to be asked; its places are those in the Score file. */
export function scoreThinFile(workload: ScoreWorkload): ScoreThinFile {
  const { document } = workload;
  const findings = findResources(workload);
  const from = new Map<string, Path>([['name', ['metadata', 'name']]]);
  const file: Record<string, unknown> = {
    kind: serves(workload, findings) ? 'service' : 'worker',
    name: document.metadata.name,
  };
  for (const key of annotated) {
    const text = document.metadata.annotations?.[`pltf.dev/${key}`];
    if (text === undefined) continue;
    from.set(key, ['metadata', 'annotations', `pltf.dev/${key}`]);
    file[key] = annotationValue(key, text);
  }
  const run = runSection(workload, findings, from);
  if (Object.keys(run).length > 0) file['run'] = run;
  if (Object.keys(findings.needs).length > 0) file['needs'] = findings.needs;
  for (const name of Object.keys(document.resources ?? {}))
    from.set(`needs.${name}`, ['resources', name]);
  const read = readThinFile(file, translated(workload.places, from));
  return read.ok ? { ...read, findings } : read;
}

function serves({ document }: ScoreWorkload, { meanings }: ResourceFindings): boolean {
  const hasPorts = Object.keys(document.service?.ports ?? {}).length > 0;
  return hasPorts || [...meanings.values()].some(({ kind }) => kind === 'route');
}

function annotationValue(key: string, text: string): unknown {
  if (key === 'tier') return /^[0-9]$/.test(text) ? Number(text) : text;
  if (key === 'env') return text.split(',').map((name) => name.trim());
  return text;
}

function runSection(
  workload: ScoreWorkload,
  { instances, meanings }: ResourceFindings,
  from: Map<string, Path>,
): Readonly<Record<string, unknown>> {
  const { document } = workload;
  const main = mainContainer(workload);
  const container = document.containers[main];
  const run: Record<string, unknown> = {};
  const [first] = Object.entries(document.service?.ports ?? {}).filter(
    ([, { protocol = 'TCP' }]) => protocol === 'TCP',
  );
  if (first !== undefined) {
    run['port'] = first[1].targetPort ?? first[1].port;
    from.set('run.port', ['service', 'ports', first[0]]);
  }
  for (const key of ['readinessProbe', 'livenessProbe'] as const) {
    const http = container?.[key]?.httpGet;
    if (run['health'] !== undefined || http?.port !== run['port']) continue;
    if (http === undefined || !/^\/\S{0,199}$/.test(http.path)) continue;
    run['health'] = http.path;
    from.set('run.health', ['containers', main, key, 'httpGet', 'path']);
  }
  if (instances !== undefined) {
    run['instances'] = instances.range;
    from.set('run.instances', instances.from);
  }
  const volume = soleVolume(workload, main, meanings);
  if (volume !== undefined) {
    run['volume'] = volume;
    from.set('run.volume', ['containers', main, 'volumes']);
  }
  from.set('run.size', ['containers', main, 'resources']);
  from.set('run', ['containers', main]);
  return run;
}

/** The one folder that survives restarts, where there is just one and it is the platform's to keep. */
function soleVolume(
  { document }: ScoreWorkload,
  main: string,
  meanings: ResourceFindings['meanings'],
): string | undefined {
  const { volumes = {} } = document.containers[main] ?? {};
  if (Array.isArray(volumes) || Object.keys(document.containers).length > 1) return undefined;
  const [only, more] = Object.entries(volumes);
  if (only === undefined || more !== undefined) return undefined;
  const [path, { source, path: subPath, readOnly }] = only;
  const [, name = ''] = /^\$\{resources\.([a-z0-9-]+)\}$/.exec(source) ?? [];
  if (meanings.get(name)?.kind !== 'volume' || subPath !== undefined || readOnly === true)
    return undefined;
  return /^\/\S{1,199}$/.test(path) ? path : undefined;
}

/** Places in the Score file of what a thin file made from it says. */
function translated(places: YamlPlaces, from: ReadonlyMap<string, Path>): YamlPlaces {
  const path = (asked: readonly PropertyKey[]): readonly PropertyKey[] => {
    const own = asked[0] === 'envs' ? asked.slice(2) : asked;
    for (let length = own.length; length > 0; length -= 1) {
      const found = from.get(own.slice(0, length).map(String).join('.'));
      if (found !== undefined) return found;
    }
    return ['metadata'];
  };
  return {
    value: (asked) => places.value(path(asked)),
    key: (asked) => places.key(path(asked)),
    inside: (asked, offset) => places.inside(path(asked), offset),
  };
}
