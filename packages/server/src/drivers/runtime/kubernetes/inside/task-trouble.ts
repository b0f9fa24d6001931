import type { LogLine } from '@pltf/contracts';
import type { SeenPod, SeenWorkload } from '../../../cluster/cluster-cache.ts';
import { namespaceOfPlacement } from '../rollout/placement-objects.ts';
import { programOf } from '../rollout/pods.ts';
import { servingOf } from '../rollout/rollout-accept.ts';
import type { PassDependencies } from '../rollout/rollout-pass.ts';
import { warnings } from '../trouble/diagnosis.ts';
import { wordsOf } from '../trouble/diagnosis-words.ts';
import { troubleOf } from '../trouble/trouble-rules.ts';

interface Waiting {
  readonly namespace: string;
  readonly job: SeenWorkload;
  readonly pod: SeenPod | undefined;
}

/** What passes by itself, or has a log that says more. */
const untold: ReadonlySet<string> = new Set(['crash', 'creating', 'out-of-memory', 'probe']);
/** The program was never started. */
const neverBegan: ReadonlySet<string> = new Set(['ContainerCannotRun', 'StartError']);

/** Why a task has not begun, in the words that a rollout has for it; undefined while nothing is wrong. */
export async function taskTrouble(
  dependencies: PassDependencies,
  { namespace, job, pod }: Waiting,
  signal: AbortSignal,
): Promise<LogLine | undefined> {
  const program = pod === undefined ? undefined : programOf(pod);
  const began = neverBegan.has(program?.lastEnd?.reason ?? '') ? 'config' : undefined;
  const trouble = troubleOf({
    ...{ pods: pod === undefined ? [] : [pod], workload: job, replicas: 1, since: 0 },
    ...{ startTimeoutMs: 0, drainMs: 0, going: 0, staying: 0 },
  });
  const kind = began ?? trouble?.kind;
  if (kind === undefined || untold.has(kind)) return undefined;
  const of = pod ?? job;
  const said = await warnings({ cluster: dependencies.cluster, namespace, signal });
  const { detail, fix } = wordsOf({
    ...{ kind, namespace, instance: pod?.name, image: program?.image ?? '' },
    ...{ startTimeoutMs: 0, health: undefined, lastEnd: program?.lastEnd },
    memoryMiB: await memoryOf(dependencies, namespace),
    message: began === undefined ? trouble?.message : program?.message,
    events: said.filter((one) => one.kind === of.kind && one.name === of.name),
    volumes: said.filter((one) => one.kind === 'PersistentVolumeClaim'),
  });
  const at = new Date().toISOString();
  return { at, instance: of.name, stream: 'platform', text: `${detail}. ${fix}` };
}

async function memoryOf({ ledger, runtime }: PassDependencies, namespace: string): Promise<number> {
  const ids = await ledger.placements(runtime);
  const id = ids.find((one) => namespaceOfPlacement(one) === namespace);
  const entry = id === undefined ? undefined : await ledger.read(runtime, id);
  const accepted = entry && (servingOf(entry.record) ?? entry.record.current);
  return accepted?.wanted.object.spec.run.memoryMiB ?? 0;
}
