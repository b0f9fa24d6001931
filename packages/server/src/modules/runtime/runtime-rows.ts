import { Held, ObservedPlacement, Reason, Traffic } from '@pltf/contracts';
import type { Selectable } from 'kysely';
import type { PlacementTable, RolloutTable, TaskTable } from '../../persistence/schema.ts';
import type { Placement } from './placement/placement.ts';
import { PlacementSize } from './placement/placement-size.ts';
import type { Rollout } from './rollout/rollout.ts';
import type { Task } from './task.ts';

export function toPlacement(row: Selectable<PlacementTable>): Placement {
  return {
    id: row.id,
    component: row.component,
    environment: row.environment,
    branch: row.branch ?? undefined,
    hosts: row.hosts,
    state: row.state,
    revision: row.revision,
    release: row.release,
    instances: row.instances,
    runState: row.run_state,
    restarts: row.restarts,
    paused: row.paused,
    held: Held.safeParse(row.held).data,
    // An observation of an older shape counts as none: the next one replaces it.
    observed: ObservedPlacement.safeParse(row.observed).data,
    observedAt: row.observed_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    sized: PlacementSize.safeParse(row.sized).data,
    runtime: row.runtime ?? undefined,
    leftOn: row.left_on,
    calls: row.calls,
    port: row.port ?? undefined,
    morePorts: row.more_ports,
    platformVersion: row.platform_version ?? undefined,
    createdAt: row.created_at,
  };
}

export function toRollout(row: Selectable<RolloutTable>): Rollout {
  return {
    id: row.id,
    placement: row.placement,
    component: row.component,
    environment: row.environment,
    revision: row.revision,
    kind: row.kind,
    state: row.state,
    step: row.step,
    fromRelease: row.from_release ?? undefined,
    toRelease: row.to_release,
    requestedBy: row.requested_by,
    why: row.why ?? undefined,
    reason: Reason.safeParse(row.reason).data,
    traffic: Traffic.safeParse(row.traffic).data,
    startedAt: row.started_at,
    switchedAt: row.switched_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

export function toTask(row: Selectable<TaskTable>): Task {
  return {
    id: row.id,
    placement: row.placement,
    component: row.component,
    command: row.command,
    state: row.state,
    exitCode: row.exit_code ?? undefined,
    ended: row.ended ?? undefined,
    due: row.due ?? undefined,
    timeoutMs: row.timeout_ms,
    requestedBy: row.requested_by,
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
  };
}
