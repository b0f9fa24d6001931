import { z } from 'zod';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import type { FollowedObject, FollowerStatus, Health } from './follower-status.ts';

const text = z.string().optional();

const Status = z.looseObject({
  conditions: z
    .array(
      z.looseObject({
        type: z.string(),
        status: z.string(),
        reason: text,
        message: text,
        lastTransitionTime: text,
      }),
    )
    .optional(),
  lastAppliedRevision: text,
  lastAttemptedRevision: text,
  observedGeneration: z.number().optional(),
  history: z.array(z.looseObject({ lastReconciled: text })).optional(),
  inventory: z
    .looseObject({ entries: z.array(z.looseObject({ id: z.string() })).optional() })
    .optional(),
});
type Status = z.infer<typeof Status>;

/** What a Kustomization says, in the words that are used for Applications too. */
export function kustomizationStatus(kustomization: LiveObject): FollowerStatus {
  const { name } = kustomization.metadata;
  const status: Status = Status.safeParse(kustomization['status']).data ?? {};
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const unwell = ready?.status === 'False' && ready.reason === 'HealthCheckFailed';
  // It names a revision as applied once all in it was well; of one that is not well it says that it tried it.
  const tried = commitOf(status.lastAttemptedRevision);
  const applied = commitOf(status.lastAppliedRevision);
  return {
    title: `Kustomization ${name}`,
    name,
    revision: unwell ? tried : applied,
    synced: unwell || (ready?.status === 'True' && (tried ?? applied) === applied),
    health: healthOf(ready, unwell),
    pass:
      ready === undefined
        ? undefined
        : {
            state: ready.status === 'True' ? 'passed' : stateOf(ready.status, unwell),
            revision: tried ?? applied,
            message: ready.message,
            refused: [],
          },
    problems:
      ready?.status === 'False' ? [`${ready.reason ?? 'Failed'}: ${ready.message ?? ''}`] : [],
    objects: (status.inventory?.entries ?? []).flatMap(({ id }) => entryOf(id)),
    at: latest([status.history?.[0]?.lastReconciled, ready?.lastTransitionTime]),
  };
}

type Condition = NonNullable<Status['conditions']>[number];

const stateOf = (status: string, unwell: boolean): 'running' | 'passed' | 'failed' =>
  // What is not well was applied all the same.
  status === 'False' ? (unwell ? 'passed' : 'failed') : 'running';

function healthOf(ready: Condition | undefined, unwell: boolean): Health {
  if (ready === undefined) return 'unknown';
  if (ready.status === 'True') return 'healthy';
  return unwell ? 'degraded' : ready.status === 'False' ? 'unknown' : 'progressing';
}

/** `main@sha1:abc…`, or `main/abc…` of an older Flux. */
const commitOf = (revision: string | undefined): string | undefined =>
  /(?:@sha(?:1|256):|\/)([0-9a-f]{40,64})$/.exec(revision ?? '')?.[1];

/** `<namespace>_<name>_<group>_<kind>`; names of some kinds have `_` of their own written as `__`. */
function entryOf(id: string): readonly FollowedObject[] {
  const parts = id.split('_');
  const kind = parts.at(-1);
  if (kind === undefined || parts.length < 4) return [];
  const namespace = parts[0] === '' ? undefined : parts[0];
  const name = parts.slice(1, -2).join('_').replaceAll('__', ':');
  return [{ kind, namespace, name, synced: undefined, health: undefined, message: undefined }];
}

function latest(times: readonly (string | undefined)[]): Date | undefined {
  const known = times.flatMap((time) => (time === undefined ? [] : [new Date(time).getTime()]));
  const real = known.filter((time) => !Number.isNaN(time));
  return real.length === 0 ? undefined : new Date(Math.max(...real));
}
