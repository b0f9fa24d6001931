import type { AuditEntry } from '@pltf/contracts';
import { sequenceOf } from '../../kernel/cursor.ts';
import type { Connection } from '../../persistence/transaction.ts';
import type { Page, PageRequest } from './identity-queries.ts';

/** Who did what to what, from where, with what outcome. */
export interface NewAuditEntry {
  readonly actor: string;
  readonly via: AuditEntry['via'];
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditEntry['outcome'];
  readonly address: string;
  readonly requestId: string;
  readonly why?: string | undefined;
}

const longestTarget = 200;
const longestWhy = 1_000;

/** Appends; the table refuses changes and deletions, also by us. */
export async function appendAudit(
  on: Connection,
  entries: readonly NewAuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await on
    .insertInto('audit')
    .values(
      entries.map((entry) => ({
        actor: entry.actor,
        via: entry.via,
        action: entry.action,
        target: entry.target.slice(0, longestTarget),
        outcome: entry.outcome,
        address: entry.address,
        request_id: entry.requestId,
        why: entry.why?.slice(0, longestWhy) ?? null,
      })),
    )
    .execute();
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
}

/** Newest first. */
export async function listAudit(
  on: Connection,
  page: PageRequest,
  filter: AuditFilter,
): Promise<Page<AuditEntry>> {
  let query = on
    .selectFrom('audit')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(page.limit + 1);
  if (page.cursor !== undefined) query = query.where('seq', '<', sequenceOf(page.cursor));
  if (filter.actor !== undefined) query = query.where('actor', '=', filter.actor);
  if (filter.target !== undefined) query = query.where('target', '=', filter.target);
  const rows = await query.execute();
  const items = rows.slice(0, page.limit).map(
    (row): AuditEntry => ({
      seq: row.seq,
      at: row.at.toISOString(),
      actor: row.actor,
      via: row.via,
      action: row.action,
      target: row.target,
      outcome: row.outcome,
      address: row.address,
      requestId: row.request_id,
      ...(row.why === null ? {} : { why: row.why }),
    }),
  );
  const last = items.at(-1);
  return rows.length > page.limit && last !== undefined
    ? { items, next: String(last.seq) }
    : { items };
}
