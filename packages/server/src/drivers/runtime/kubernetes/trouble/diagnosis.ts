import type { Reason } from '@pltf/contracts';
import { within } from '../../../../kernel/within.ts';
import type { Accepted } from '../../../../modules/runtime/index.ts';
import type { ClusterApi, LiveObject } from '../../../cluster/cluster-api.ts';
import type { SeenContainer, SeenPod } from '../../../cluster/cluster-cache.ts';
import { textAt } from '../../../cluster/json-read.ts';
import { programOf } from '../rollout/pods.ts';
import type { Trouble } from '../rollout/rollout-rules.ts';
import { wordsOf } from './diagnosis-words.ts';
import { saidBy } from './trouble-facts.ts';
import { isFinalPull } from './trouble-rules.ts';

interface ClusterQuestion {
  readonly cluster: ClusterApi;
  readonly namespace: string;
  readonly signal: AbortSignal | undefined;
}

export interface DiagnosisQuestion extends ClusterQuestion {
  readonly trouble: Trouble;
  readonly accepted: Accepted;
  /** Pods that may show it. */
  readonly pods: readonly SeenPod[];
}

const shownLines = 20;
const longestLine = 500;
const withinMs = 5_000;

/** Looks into a trouble once it ends a rollout: events and last log lines are asked for only now. */
export async function diagnose(question: DiagnosisQuestion): Promise<Reason> {
  const { trouble, accepted, pods } = question;
  const pod = pods.find(({ name }) => name === trouble.pod) ?? worst(pods);
  const container = pod === undefined ? undefined : programOf(pod);
  const [said, log] = await Promise.all([
    warnings(question),
    pod === undefined || container === undefined ? [] : lastLines(question, pod, container),
  ]);
  const { object, desired } = accepted.wanted;
  const words = wordsOf({
    kind: trouble.kind,
    namespace: question.namespace,
    instance: pod?.name,
    image: container?.image ?? accepted.image?.reference ?? '',
    memoryMiB: object.spec.run.memoryMiB,
    startTimeoutMs: desired.run.startTimeoutMs,
    health: object.spec.run.health,
    message: trouble.message ?? container?.message,
    lastEnd: container?.lastEnd,
    events: said.filter(isAbout(trouble.kind === 'not-created' ? undefined : pod?.name)),
    volumes: said.filter(({ kind }) => kind === 'PersistentVolumeClaim'),
  });
  return { ...words, log: [...log] };
}

/** The same trouble with what the last pull of its image has met, when no further one can meet anything else. */
export async function finalPull(
  question: ClusterQuestion,
  trouble: Trouble,
): Promise<Trouble | undefined> {
  const said = await warnings(question);
  const message = saidBy(said.filter(isAbout(trouble.pod)), /^Failed$/, /pull/i);
  return isFinalPull(message) ? { ...trouble, message } : undefined;
}

const worst = (pods: readonly SeenPod[]): SeenPod | undefined =>
  pods.toSorted((a, b) => restarts(b) - restarts(a)).find(({ ready }) => !ready) ?? pods[0];
const restarts = (pod: SeenPod): number => programOf(pod)?.restarts ?? 0;

export interface Warning {
  /** Of what is warned. */
  readonly kind: string;
  readonly name: string;
  readonly reason: string;
  readonly message: string;
}

/** Of an instance; where there is none, of what should make it. */
const isAbout =
  (pod: string | undefined) =>
  ({ kind, name }: Warning): boolean =>
    pod === undefined ? kind !== 'Pod' : kind === 'Pod' && name === pod;

/** What the cluster warns of in the namespace, the newest first; nothing when it cannot be read in time. */
export async function warnings({
  cluster,
  namespace,
  signal,
}: ClusterQuestion): Promise<readonly Warning[]> {
  const { items } = await cluster
    .list({ apiVersion: 'v1', kind: 'Event' }, { namespace, signal: within(withinMs, signal) })
    .catch(() => ({ items: [] as readonly LiveObject[] }));
  return items
    .filter(isWarning)
    .toSorted((a, b) => timeOf(b).localeCompare(timeOf(a)))
    .map((event) => ({
      kind: textAt(event, 'involvedObject', 'kind') ?? '',
      name: textAt(event, 'involvedObject', 'name') ?? '',
      reason: textAt(event, 'reason') ?? '',
      message: textAt(event, 'message') ?? '',
    }));
}

/** That no volume fits a claim is told as if it were nothing. */
const isWarning = (event: LiveObject): boolean =>
  event['type'] === 'Warning' || event['reason'] === 'FailedBinding';

const timeOf = (event: LiveObject): string =>
  textAt(event, 'lastTimestamp') ||
  textAt(event, 'eventTime') ||
  event.metadata.creationTimestamp ||
  '';

/** Of the run that has ended where it was started anew since; none when they cannot be read in time. */
export async function lastLines(
  { cluster, namespace, signal }: ClusterQuestion,
  pod: SeenPod,
  { name, restarts: ends, state }: SeenContainer,
): Promise<readonly string[]> {
  const read = async (previous: boolean): Promise<readonly string[]> => {
    const lines: string[] = [];
    const options = {
      container: name,
      tail: shownLines,
      previous,
      signal: within(withinMs, signal),
    };
    try {
      for await (const line of cluster.podLog(namespace, pod.name, options))
        lines.push(line.text.slice(0, longestLine));
    } catch {
      // Gone with its container, or not to be had: what is known otherwise is told.
    }
    return lines;
  };
  const startsAnew = ends > 0 && !state.startsWith('terminated');
  const lines = startsAnew ? await read(true) : await read(false);
  return lines.length > 0 || ends === 0 ? lines : read(!startsAnew);
}
