import type { ContainerFile, Probe, RunSpec, SideContainer, VolumeMount } from '@pltf/contracts';
import { type AskedSize, amountsOf } from './amounts.ts';
import { expandText } from './bound-text.ts';
import { piecesOf } from './placeholders.ts';
import type { ResourceFindings } from './score-resources.ts';
import type { ScoreContainer } from './score-shape.ts';
import type { ScoreWorkload } from './score-workload.ts';

/** Of several containers the one that the others are beside: the first that does not end before another starts. */
export function mainContainer({ document }: ScoreWorkload): string {
  const names = Object.keys(document.containers);
  const lasting = names.find((name) => {
    const { before = {} } = document.containers[name] ?? {};
    return Object.values(before).every(({ ready }) => ready !== 'complete');
  });
  return lasting ?? names[0] ?? '';
}

type Parts = Pick<
  SideContainer,
  'command' | 'args' | 'env' | 'bound' | 'files' | 'volumes' | 'probes' | 'after'
>;

/** What a container says, in the spec's terms. */
export function containerParts(
  workload: ScoreWorkload,
  name: string,
  findings: ResourceFindings,
): Parts {
  const container = workload.document.containers[name];
  if (container === undefined) return { env: {} };
  const expand = (text: string) => expandText(text, workload.document.metadata, findings.meanings);
  const env: Record<string, string> = {};
  const bound: Record<string, string> = {};
  for (const [key, value] of Object.entries(container.variables ?? {})) {
    const expanded = expand(value);
    (expanded.bound ? bound : env)[key] = expanded.text;
  }
  return withoutUndefined({
    command: container.command,
    args: container.args,
    env,
    bound: filled(bound),
    files: filled(filesOf(container, expand)),
    volumes: filled(volumesOf(container)),
    probes: probesOf(container),
    after: filled(afterOf(workload, name)),
  });
}

type Expand = (text: string) => { readonly text: string; readonly bound: boolean };

function filesOf({ files = {} }: ScoreContainer, expand: Expand): Record<string, ContainerFile> {
  const found: Record<string, ContainerFile> = {};
  const entries = Array.isArray(files)
    ? files.map((file) => [file.target ?? '', file] as const)
    : Object.entries(files);
  for (const [path, { content, binaryContent, source, mode, noExpand }] of entries) {
    const text = content === undefined || noExpand === true ? undefined : expand(content);
    found[path] = withoutUndefined({
      content: text?.text ?? content,
      base64: binaryContent,
      source: source === undefined ? undefined : expand(source).text,
      mode,
      bound: text?.bound === true || (source !== undefined && noExpand !== true) || undefined,
    });
  }
  return found;
}

function volumesOf({ volumes = {} }: ScoreContainer): Record<string, VolumeMount> {
  const entries = Array.isArray(volumes)
    ? volumes.map((volume) => [volume.target ?? '', volume] as const)
    : Object.entries(volumes);
  return Object.fromEntries(
    entries.map(([path, { source, path: subPath, readOnly }]) => [
      path,
      withoutUndefined({ volume: volumeName(source), subPath, readOnly }),
    ]),
  );
}

/** `${resources.data}` is the volume `data`; anything else names one outside. */
function volumeName(source: string): string {
  const [piece, more] = piecesOf(source);
  const [root, name] = piece?.kind === 'reference' && more === undefined ? piece.parts : [];
  return root === 'resources' && name !== undefined ? name : source;
}

function probesOf(container: ScoreContainer): Parts['probes'] {
  const liveness = probeOf(container.livenessProbe);
  const readiness = probeOf(container.readinessProbe);
  if (liveness === undefined && readiness === undefined) return undefined;
  return withoutUndefined({ liveness, readiness });
}

function probeOf(probe: ScoreContainer['livenessProbe']): Probe | undefined {
  if (probe === undefined) return undefined;
  const { httpGet, exec } = probe;
  const http =
    httpGet === undefined
      ? undefined
      : withoutUndefined({
          path: httpGet.path,
          port: httpGet.port,
          host: httpGet.host,
          scheme: httpGet.scheme,
          headers: httpGet.httpHeaders,
        });
  return withoutUndefined({ httpGet: http, exec: exec?.command });
}

/** Whom a container waits for: those that say `before` of it. */
function afterOf({ document }: ScoreWorkload, name: string): NonNullable<Parts['after']> {
  const after: NonNullable<Parts['after']> = {};
  for (const [other, { before = {} }] of Object.entries(document.containers)) {
    const ready = Object.hasOwn(before, name) ? before[name]?.ready : undefined;
    if (ready !== undefined) after[other] = ready;
  }
  return after;
}

/** The containers beside the main one. */
export function sideContainers(
  workload: ScoreWorkload,
  main: string,
  findings: ResourceFindings,
): RunSpec['containers'] {
  const others = Object.entries(workload.document.containers).filter(([name]) => name !== main);
  return filled(
    Object.fromEntries(
      others.map(([name, { image, resources }]) => [
        name,
        withoutUndefined({
          image,
          ...containerParts(workload, name, findings),
          requests: amountsOf(resources?.requests),
          limits: amountsOf(resources?.limits),
        }),
      ]),
    ),
  );
}

/** Memory and processor cores of all containers together: those that run side by side, or the largest that runs first. */
export function askedSize({ document }: ScoreWorkload): AskedSize | undefined {
  const beside = { memoryMiB: 0, cpu: 0 };
  const first = { memoryMiB: 0, cpu: 0 };
  for (const { resources, before = {} } of Object.values(document.containers)) {
    const limits = amountsOf(resources?.limits);
    const requests = amountsOf(resources?.requests);
    const memoryMiB = limits?.memoryMiB ?? requests?.memoryMiB ?? 0;
    const cpu = limits?.cpu ?? requests?.cpu ?? 0;
    if (Object.values(before).some(({ ready }) => ready === 'complete')) {
      first.memoryMiB = Math.max(first.memoryMiB, memoryMiB);
      first.cpu = Math.max(first.cpu, cpu);
    } else {
      beside.memoryMiB += memoryMiB;
      beside.cpu += cpu;
    }
  }
  const memoryMiB = Math.ceil(Math.max(beside.memoryMiB, first.memoryMiB));
  const cpu = Math.round(Math.max(beside.cpu, first.cpu) * 1000) / 1000;
  return memoryMiB === 0 && cpu === 0 ? undefined : { memoryMiB, cpu };
}

function filled<T>(record: Record<string, T>): Record<string, T> | undefined {
  return Object.keys(record).length === 0 ? undefined : record;
}

/** Only the keys that have a value. */
export function withoutUndefined<T extends object>(
  value: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
