import { type EvidenceEvent, type EvidenceObject, PltfError } from '@pltf/contracts';
import { within } from '../../../../kernel/within.ts';
import type { RuntimeEvidence } from '../../../../modules/runtime/index.ts';
import type { LiveObject, ObjectKey } from '../../../cluster/cluster-api.ts';
import { numberAt, textAt } from '../../../cluster/json-read.ts';
import { inParallel } from '../apply/in-parallel.ts';
import { nameOf } from '../apply/placement-set.ts';
import { namespaceOfPlacement } from '../rollout/placement-objects.ts';
import type { PassDependencies } from '../rollout/rollout-pass.ts';
import { maskedFields, maskedObject, maskedText } from './masked.ts';
import { mostPods, podEvidence, worstFirst } from './pod-evidence.ts';

const mostObjects = 60;
const largestObject = 32 * 1024;
const mostEvents = 200;
const withinMs = 20_000;
const atOnce = 4;

type Missing = RuntimeEvidence['missing'];

interface Look {
  readonly dependencies: PassDependencies;
  readonly placement: string;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly missing: Missing;
}

/**
 * All that a cluster shows of a placement, within 20 s and bounded in every part. A part that cannot be read is named
 * with the reason and hides no other: whoever asks has a fault already.
 */
export async function evidenceOf(
  dependencies: PassDependencies,
  placement: string,
  signal: AbortSignal,
): Promise<RuntimeEvidence> {
  const look: Look = {
    ...{ dependencies, placement, namespace: namespaceOfPlacement(placement), missing: [] },
    signal: within(withinMs, signal),
  };
  const [record, objects, events, instances] = await Promise.all([
    part(look, 'the record of its rollout', undefined, recordOf),
    part(look, 'objects', [], objectsOf),
    part(look, 'events', [], eventsOf),
    part(look, 'instances', [], instancesOf),
  ]);
  const { missing } = look;
  return { ...(record === undefined ? {} : { record }), objects, events, instances, missing };
}

async function part<T>(
  look: Look,
  what: string,
  none: T,
  read: (look: Look) => Promise<T>,
): Promise<T> {
  try {
    return await read(look);
  } catch (error) {
    look.missing.push({ what, because: reasonOf(error) });
    return none;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof PltfError) return `${error.detail}. ${error.fix}`;
  return error instanceof Error && error.name === 'TimeoutError'
    ? `the cluster did not answer within ${withinMs / 1000} s`
    : String(error);
}

async function recordOf({ dependencies, placement }: Look): Promise<RuntimeEvidence['record']> {
  const { ledger, runtime } = dependencies;
  const entry = await ledger.read(runtime, placement);
  if (entry === undefined) return undefined;
  return maskedFields(JSON.parse(JSON.stringify(entry.record)) as object);
}

/** What the cache knows of the placement, each as it is at this moment. */
async function objectsOf(look: Look): Promise<EvidenceObject[]> {
  const { dependencies, namespace, signal, missing } = look;
  await dependencies.cache.ready(signal);
  const { objects, workloads } = dependencies.cache.of(namespace);
  const keys: readonly ObjectKey[] = [...workloads, ...objects];
  if (keys.length > mostObjects)
    missing.push({
      what: 'objects',
      because: `${keys.length - mostObjects} of ${keys.length} are left out`,
    });
  const found: EvidenceObject[] = [];
  await inParallel(keys.slice(0, mostObjects), atOnce, async (key) => {
    const { apiVersion, kind, name } = key;
    const within = key.namespace === undefined ? {} : { namespace: key.namespace };
    const shown = await part(look, nameOf(key), undefined, () =>
      dependencies.cluster.get({ apiVersion, kind, name, ...within }, signal),
    );
    if (shown !== undefined) found.push(objectEvidence(look, key, shown));
  });
  return found.toSorted((a, b) => a.object.localeCompare(b.object));
}

function objectEvidence({ missing }: Look, key: ObjectKey, object: LiveObject): EvidenceObject {
  const content = maskedObject(object);
  const size = JSON.stringify(content).length;
  if (size <= largestObject) return { object: nameOf(key), content };
  const { apiVersion = '', kind = '' } = content;
  missing.push({ what: nameOf(key), because: `${size} bytes of it are left out` });
  return { object: nameOf(key), content: { apiVersion, kind, metadata: { name: key.name } } };
}

async function eventsOf({ dependencies, namespace, signal }: Look): Promise<EvidenceEvent[]> {
  const kind = { apiVersion: 'v1', kind: 'Event' };
  const { items } = await dependencies.cluster.list(kind, { namespace, signal });
  return items
    .map(eventEvidence)
    .toSorted((a, b) => (b.at ?? '').localeCompare(a.at ?? ''))
    .slice(0, mostEvents);
}

function eventEvidence(event: LiveObject): EvidenceEvent {
  const when =
    textAt(event, 'series', 'lastObservedTime') ??
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    event.metadata.creationTimestamp;
  const at = when === undefined ? Number.NaN : Date.parse(when);
  const about = [textAt(event, 'involvedObject', 'kind'), textAt(event, 'involvedObject', 'name')];
  return {
    ...(Number.isNaN(at) ? {} : { at: new Date(at).toISOString() }),
    type: textAt(event, 'type') ?? '',
    reason: textAt(event, 'reason') ?? '',
    about: about.filter((one) => one !== undefined).join(' '),
    message: maskedText(textAt(event, 'message') ?? ''),
    times: numberAt(event, 'series', 'count') ?? numberAt(event, 'count') ?? 1,
  };
}

async function instancesOf({ dependencies, namespace, signal, missing }: Look) {
  const kind = { apiVersion: 'v1', kind: 'Pod' };
  const { items } = await dependencies.cluster.list(kind, { namespace, signal });
  if (items.length > mostPods)
    missing.push({
      what: 'instances',
      because: `${items.length - mostPods} of ${items.length} are left out`,
    });
  const found: RuntimeEvidence['instances'] = [];
  await inParallel(worstFirst(items).slice(0, mostPods), atOnce, async (pod) => {
    found.push(await podEvidence(dependencies.cluster, pod, signal));
  });
  return found.toSorted((a, b) => a.id.localeCompare(b.id));
}
