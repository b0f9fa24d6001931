import { z } from 'zod';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import type { FollowerStatus, Health } from './follower-status.ts';

const text = z.string().optional();
const HealthField = z.looseObject({ status: text, message: text }).optional();

/** Of an Application only what is used; everything may be missing, as in one that was just made. */
const Status = z.looseObject({
  sync: z.looseObject({ status: text, revision: text }).optional(),
  health: HealthField,
  reconciledAt: text,
  conditions: z.array(z.looseObject({ type: z.string(), message: text })).optional(),
  operationState: z
    .looseObject({
      phase: text,
      message: text,
      syncResult: z
        .looseObject({
          revision: text,
          resources: z
            .array(
              z.looseObject({
                kind: z.string(),
                namespace: text,
                name: z.string(),
                status: text,
                hookPhase: text,
                message: text,
              }),
            )
            .optional(),
        })
        .optional(),
      operation: z.looseObject({ sync: z.looseObject({ revision: text }).optional() }).optional(),
    })
    .optional(),
  resources: z
    .array(
      z.looseObject({
        kind: z.string(),
        namespace: text,
        name: z.string(),
        status: text,
        health: HealthField,
      }),
    )
    .optional(),
});
type Status = z.infer<typeof Status>;

/** What an Application says; one that says nothing yet, or something else than expected, is unknown and not well. */
export function applicationStatus(application: LiveObject): FollowerStatus {
  const { name } = application.metadata;
  const status: Status = Status.safeParse(application['status']).data ?? {};
  const { sync, health } = status;
  return {
    title: `Application ${name}`,
    name,
    revision: sync?.revision,
    synced: sync?.status === 'Synced',
    health: healthOf(health?.status),
    pass: passOf(status),
    problems: (status.conditions ?? [])
      .filter(({ type }) => /Error$|^SharedResourceWarning$/.test(type))
      .map(({ type, message }) => `${type}: ${message ?? ''}`.slice(0, 500)),
    objects: objectsOf(status),
    at: dateOf(status.reconciledAt),
  };
}

const healths: Readonly<Record<string, Health>> = {
  Healthy: 'healthy',
  Progressing: 'progressing',
  Suspended: 'suspended',
  Missing: 'missing',
  Degraded: 'degraded',
};
const healthOf = (status: string | undefined): Health => healths[status ?? ''] ?? 'unknown';

const states: Readonly<Record<string, 'running' | 'passed' | 'failed'>> = {
  Running: 'running',
  Terminating: 'running',
  Succeeded: 'passed',
  Failed: 'failed',
  Error: 'failed',
};

function passOf({ operationState }: Status): FollowerStatus['pass'] {
  const state = states[operationState?.phase ?? ''];
  if (operationState === undefined || state === undefined) return undefined;
  return {
    state,
    revision: operationState.syncResult?.revision ?? operationState.operation?.sync?.revision,
    message: operationState.message,
    refused: (operationState.syncResult?.resources ?? [])
      .filter(
        ({ status, hookPhase }) =>
          status === 'SyncFailed' || /^(?:Failed|Error)$/.test(hookPhase ?? ''),
      )
      .map(({ kind, namespace, name, message }) => ({ kind, namespace, name, message })),
  };
}

function objectsOf({ resources = [], operationState }: Status): FollowerStatus['objects'] {
  const told = new Map(
    (operationState?.syncResult?.resources ?? []).map((one) => [keyOf(one), one.message] as const),
  );
  return resources.map((resource) => ({
    kind: resource.kind,
    namespace: resource.namespace,
    name: resource.name,
    synced: resource.status === undefined ? undefined : resource.status === 'Synced',
    health: resource.health?.status === undefined ? undefined : healthOf(resource.health.status),
    message: resource.health?.message ?? told.get(keyOf(resource)),
  }));
}

const keyOf = (one: {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}): string => `${one.kind}/${one.namespace ?? ''}/${one.name}`;

function dateOf(value: string | undefined): Date | undefined {
  const date = value === undefined ? undefined : new Date(value);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}
