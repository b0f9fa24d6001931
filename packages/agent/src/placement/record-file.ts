import { writeAtomically } from '../files/atomic-file.ts';
import { withCohort, withInstance, withoutInstance } from './apply-step.ts';
import type { InstanceRecord, PlacementRecord } from './placement-record.ts';

/** A placement's record in memory and on disk. Changes are made in memory and are durable after `save`. */
export class RecordFile {
  record: PlacementRecord;
  private readonly file: string;
  private saved: PlacementRecord | undefined;
  private running: Promise<void> | undefined;
  private queued: Promise<void> | undefined;

  constructor(file: string, record: PlacementRecord) {
    this.file = file;
    this.record = record;
  }

  get isSaved(): boolean {
    return this.record === this.saved;
  }

  /** Resolves when everything changed so far is on disk. Changes made meanwhile share one later write. */
  save(): Promise<void> {
    if (this.running === undefined) return this.write();
    this.queued ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        return this.write();
      });
    return this.queued;
  }

  change(patch: Partial<PlacementRecord>): void {
    this.record = { ...this.record, ...patch };
  }

  instance(id: string): InstanceRecord | undefined {
    return this.record.instances.find((instance) => instance.id === id);
  }

  changeInstance(id: string, patch: Partial<InstanceRecord>): void {
    this.record = withInstance(this.record, id, patch);
  }

  changeCohort(id: string, patch: Partial<PlacementRecord['cohorts'][number]>): void {
    this.record = withCohort(this.record, id, patch);
  }

  removeInstance(id: string): void {
    this.record = withoutInstance(this.record, id);
  }

  private write(): Promise<void> {
    const { record } = this;
    const writing = writeAtomically(this.file, JSON.stringify(record))
      .then(() => {
        this.saved = record;
      })
      .finally(() => {
        if (this.running === writing) this.running = undefined;
      });
    this.running = writing;
    return writing;
  }
}
