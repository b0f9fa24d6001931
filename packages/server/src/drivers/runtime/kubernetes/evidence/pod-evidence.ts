import type { EvidenceInstance } from '@pltf/contracts';
import type { ClusterApi, LiveObject } from '../../../cluster/cluster-api.ts';
import { listAt, numberAt, textAt } from '../../../cluster/json-read.ts';
import { maskedFields, maskedText } from './masked.ts';

export const mostPods = 20;
const mostContainers = 5;
const shownLines = 100;
const longestLine = 1_000;

interface LogPlace {
  readonly cluster: ClusterApi;
  readonly namespace: string;
  readonly pod: string;
  readonly signal: AbortSignal;
}

/** Those that are not well first, then the newest: of many, the fault is in these. */
export const worstFirst = (pods: readonly LiveObject[]): readonly LiveObject[] =>
  pods.toSorted(
    (a, b) =>
      Number(isReady(a)) - Number(isReady(b)) ||
      (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''),
  );

const isReady = (pod: LiveObject): boolean =>
  listAt(pod, 'status', 'conditions').some(
    (one) => textAt(one, 'type') === 'Ready' && textAt(one, 'status') === 'True',
  );

/** One pod: its conditions, its containers, and what they wrote last. */
export async function podEvidence(
  cluster: ClusterApi,
  pod: LiveObject,
  signal: AbortSignal,
): Promise<EvidenceInstance> {
  const { name, namespace = '' } = pod.metadata;
  const place: LogPlace = { cluster, namespace, pod: name, signal };
  const node = textAt(pod, 'spec', 'nodeName');
  const statuses = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ].slice(0, mostContainers);
  const containers: EvidenceInstance['containers'][number][] = [];
  for (const status of statuses) containers.push(await containerEvidence(place, status));
  return {
    id: name,
    phase: textAt(pod, 'status', 'phase') ?? 'Unknown',
    ...(node === undefined ? {} : { node }),
    conditions: listAt(pod, 'status', 'conditions').map(fieldsOf),
    containers,
  };
}

const fieldsOf = (value: unknown) => maskedFields(value as object);

async function containerEvidence(
  place: LogPlace,
  status: unknown,
): Promise<EvidenceInstance['containers'][number]> {
  const name = textAt(status, 'name') ?? '';
  const again = (numberAt(status, 'restartCount') ?? 0) > 0;
  const [log, logBefore] = await Promise.all([
    lastLines(place, name, false),
    again ? lastLines(place, name, true) : [],
  ]);
  return { name, status: fieldsOf(status), log, logBefore };
}

/** None of a container that has not begun, or whose log has gone with it. */
async function lastLines(
  { cluster, namespace, pod, signal }: LogPlace,
  container: string,
  previous: boolean,
): Promise<string[]> {
  const lines: string[] = [];
  try {
    const options = { container, tail: shownLines, previous, signal };
    for await (const { at, text } of cluster.podLog(namespace, pod, options))
      lines.push(maskedText(`${at} ${text.slice(0, longestLine)}`));
  } catch {
    // What was read until then is shown.
  }
  return lines.slice(-shownLines);
}
