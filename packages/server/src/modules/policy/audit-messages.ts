import type { AuditedBatch, AuditFacts } from './audit-evaluation.ts';
import type { PlacedRelease } from './placed-specs.ts';

/** What the server sends the thread that evaluates. Facts go once; batches name their version. */
export type ToWorker =
  | { readonly kind: 'facts'; readonly facts: AuditFacts }
  | {
      readonly kind: 'batch';
      readonly id: number;
      readonly version: string;
      readonly now: Date;
      readonly batch: readonly PlacedRelease[];
    };

export type FromWorker =
  | { readonly id: number; readonly audited: AuditedBatch }
  | { readonly id: number; readonly failure: string };
