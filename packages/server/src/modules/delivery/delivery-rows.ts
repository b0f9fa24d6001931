import { Spec } from '@pltf/contracts';
import type { Selectable } from 'kysely';
import type { ReleaseTable, RunTable } from '../../persistence/schema.ts';
import type { Release } from './release.ts';
import { type Run, RunSummary } from './run.ts';

export function toRun(row: Omit<Selectable<RunTable>, 'machine' | 'machine_version'>): Run {
  return {
    id: row.id,
    component: row.component,
    number: row.number,
    branch: row.branch,
    commit: row.commit,
    subject: row.subject,
    author: row.author,
    actor: row.actor,
    state: row.state,
    summary: RunSummary.safeParse(row.view).data ?? { jobs: [], notes: [], failing: [] },
    cancelRequested: row.cancel_requested,
    release: row.release ?? undefined,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}

/** Columns of a run without the engine's own state, which can be large. */
export const runColumns = [
  'id',
  'component',
  'number',
  'branch',
  'commit',
  'subject',
  'author',
  'actor',
  'state',
  'view',
  'cancel_requested',
  'release',
  'created_at',
  'started_at',
  'finished_at',
] as const;

export function toRelease(row: Selectable<ReleaseTable>): Release {
  return {
    component: row.component,
    number: row.number,
    id: row.id,
    commit: row.commit,
    branch: row.branch,
    subject: row.subject,
    author: row.author,
    digest: row.digest,
    bytes: row.bytes,
    spec: Spec.parse(row.spec),
    run: row.run ?? undefined,
    createdAt: row.created_at,
    collectedAt: row.collected_at ?? undefined,
  };
}
