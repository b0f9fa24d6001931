import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeAtomically } from '../files/atomic-file.ts';
import { acceptDesired } from './accept-desired.ts';
import { withCohort, withInstance, withoutInstance } from './apply-step.ts';
import { type InstanceRecord, PlacementRecord, Wish } from './placement-record.ts';

/**
 * A placement's record in memory and on disk. `record.json` outlives the agent's process, which is all that
 * facts about processes need. `wish.json` also outlives the machine: the wish that was answered, and the
 * release commands that have run.
 */
export class RecordFile {
  record: PlacementRecord;
  readonly folder: string;
  private saved: PlacementRecord | undefined;
  private last: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;

  constructor(folder: string, record: PlacementRecord) {
    this.folder = folder;
    this.record = record;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  get isSaved(): boolean {
    return this.record === this.saved;
  }

  /** Resolves when everything changed so far is written. Calls during a write share the next one. */
  save(): Promise<void> {
    this.queued ??= this.last
      .catch(() => undefined)
      .then(() => {
        this.queued = undefined;
        this.last = this.write();
        return this.last;
      });
    return this.queued;
  }

  /** Resolves when the wish is on disk. */
  saveWish(): Promise<void> {
    const { desired, releaseTasks, removing } = this.record;
    const wish: Wish = { version: 1, desired, releaseTasks, removing };
    return writeAtomically(path.join(this.folder, 'wish.json'), JSON.stringify(wish));
  }

  instance(id: string): InstanceRecord | undefined {
    return this.record.instances.find((instance) => instance.id === id);
  }

  change(patch: Partial<PlacementRecord>): void {
    this.record = { ...this.record, ...patch };
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

  private async write(): Promise<void> {
    const { record } = this;
    const file = path.join(this.folder, 'record.json');
    await writeAtomically(file, JSON.stringify(record), 'process');
    this.saved = record;
  }
}

/** What an earlier agent left of a placement; undefined when there is nothing that can be read. */
export function readRecord(folder: string, now: Date): PlacementRecord | undefined {
  const record = readJson(path.join(folder, 'record.json'), PlacementRecord);
  const wish = readJson(path.join(folder, 'wish.json'), Wish);
  if (wish === undefined) return record;
  const isKnown = record !== undefined && record.desired.revision >= wish.desired.revision;
  const base = isKnown ? record : acceptDesired(record, wish.desired, now);
  const releaseTasks = [...new Set([...wish.releaseTasks, ...base.releaseTasks])];
  return { ...base, releaseTasks, removing: wish.removing || base.removing };
}

export const removeRecord = (folder: string): void =>
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
