import path from 'node:path';
import { type DesiredPlacement, type ObservedPlacement, PltfError } from '@pltf/contracts';
import { type LogStore, openLogStore } from '../logs/log-store.ts';
import { residentMiB } from '../process/process-facts.ts';
import { acceptDesired, withoutUnused } from './accept-desired.ts';
import { Instances } from './instances.ts';
import { observe } from './observed-placement.ts';
import type { PlacementContext } from './placement-context.ts';
import type { PlacementRecord } from './placement-record.ts';
import { createPlacementRoute, type PlacementRoute } from './placement-route.ts';
import { RecordFile } from './record-file.ts';
import { releaseTaskKey } from './release-task.ts';
import { nextSteps } from './rollout-rules.ts';
import { type Effect, StepEffects } from './step-effects.ts';
import { createStepLoop, type StepLoop } from './step-loop.ts';

const retryMs = 1000;
const logSegmentBytes = 5 * 1024 * 1024;
const logSegments = 4;

/** One placement: asks the rules what to do next, writes it down, does it, until nothing is left to do. */
export class Placement {
  readonly id: string;
  readonly log: LogStore;
  private readonly context: PlacementContext;
  private readonly file: RecordFile;
  private readonly route: PlacementRoute;
  private readonly instances: Instances;
  private readonly effects: StepEffects;
  private readonly loop: StepLoop;
  private wishSaved: boolean;
  private closed = false;
  private told = '';

  constructor(context: PlacementContext, record: PlacementRecord, onForgotten: () => void) {
    const { id } = record.desired;
    this.context = context;
    this.id = id;
    this.wishSaved = record.rollout !== undefined;
    this.file = new RecordFile(path.join(context.placementsFolder, id), record);
    this.log = openLogStore({
      folder: path.join(context.logsFolder, id),
      segmentBytes: logSegmentBytes,
      segments: logSegments,
    });
    this.loop = createStepLoop({
      retryMs,
      pass: () => this.pass(),
      failed: (error) => context.log.error({ err: error, placement: id }, 'a step failed'),
    });
    const { file, log } = this;
    const changed = () => void this.loop.poke();
    this.route = createPlacementRoute(context, id);
    this.instances = new Instances({ context, file, log, changed });
    this.effects = new StepEffects({
      ...{ context, file, instances: this.instances, route: this.route, changed },
      say: (text) =>
        log.append([{ at: new Date().toISOString(), instance: id, stream: 'platform', text }]),
      wakeAt: (time) => this.loop.pokeAfter(time - context.now()),
      onForgotten: () => {
        this.closed = true;
        this.log.finish();
        void this.loop.close();
        onForgotten();
      },
    });
  }

  get record(): PlacementRecord {
    return this.file.record;
  }

  /** What is seen of it now. */
  observed(): ObservedPlacement {
    const { now, router } = this.context;
    return observe(this.record, this.route.routed, router.counters(this.id), now());
  }

  /** As `observed`, with the memory of each instance measured. */
  measured(): ObservedPlacement {
    const placement = this.observed();
    const instances = placement.instances.map((instance) => {
      const memory = residentMiB(this.instances.pidsOf(instance.id));
      return memory === 0 ? instance : { ...instance, memoryMiB: Math.round(memory * 10) / 10 };
    });
    return { ...placement, instances };
  }

  /** Takes a new wish and answers when the first steps towards it were taken. Throws `conflict`. */
  async accept(desired: DesiredPlacement): Promise<void> {
    const { revision } = this.record.desired;
    if (this.record.removing) {
      throw new PltfError('conflict', { detail: `${this.id} is being removed.` });
    }
    if (desired.revision < revision) {
      throw new PltfError('conflict', {
        detail: `Revision ${desired.revision} of ${this.id} is older than ${revision}.`,
      });
    }
    if (desired.revision === revision && this.wishSaved) return;
    if (desired.revision > revision || this.record.rollout === undefined) {
      this.file.record = acceptDesired(this.record, desired, new Date(this.context.now()));
      this.context.router.mark(this.id);
    }
    this.wishSaved = false;
    // The first steps need not wait for the disk: after a machine has gone down, nothing of them is left.
    await Promise.all([this.file.saveWish(), this.loop.poke()]);
    this.wishSaved = true;
  }

  /** Begins the removal; the placement is forgotten when nothing is left. */
  async remove(): Promise<void> {
    if (!this.record.removing) {
      this.file.change({ removing: true });
      await this.file.saveWish();
      for (const cohort of this.record.cohorts) {
        if (cohort.releaseTask !== 'running') continue;
        this.context.commands.cancel(releaseTaskKey(this.id, cohort));
      }
    }
    await this.loop.poke();
  }

  /** Before anything else after a restart: requests find the instances that still run. */
  restoreRoute(): void {
    this.route.restore(this.record);
  }

  resume(): void {
    this.instances.resume();
    this.effects.resume();
    void this.loop.poke();
  }

  healthChecks(): (() => Promise<void>)[] {
    return this.closed ? [] : this.instances.healthChecks();
  }

  /** Leaves everything running, for the next agent. */
  async abandon(): Promise<void> {
    this.close();
    this.instances.abandon();
    await this.loop.close();
  }

  /** Ends all instances in order without a wish for it: the next agent starts them again. */
  async stopInstances(): Promise<void> {
    this.close();
    await this.loop.close();
    const { instances, desired } = this.record;
    const ids = instances.map((instance) => instance.id);
    await this.context.router.retire(ids, { deadlineMs: desired.run.drainMs });
    await Promise.all(ids.map((id) => this.instances.end(id)));
    this.file.change({ instances: [], routed: [], heldSince: undefined });
    await this.file.save();
  }

  private close(): void {
    this.closed = true;
    this.effects.close();
    this.log.finish();
  }

  /** One round: the steps go into the record, the record to the disk, then they are done. */
  private async pass(): Promise<boolean> {
    const effects: Effect[] = [];
    for (const step of nextSteps(this.record, this.context.now())) {
      const effect = this.effects.begin(step);
      if (effect !== undefined) effects.push(effect);
    }
    const { cohorts } = this.record;
    this.file.record = withoutUnused(this.record);
    if (!this.file.isSaved) await this.file.save();
    for (const effect of effects) await effect();
    if (this.record.cohorts.length < cohorts.length) {
      void this.context.sweepReleases(this.record.desired.owner);
    }
    this.tell();
    return effects.length > 0;
  }

  /** Writes to the journal when something changed that others see. */
  private tell(): void {
    if (this.closed) return;
    const placement = this.observed();
    const { traffic: _traffic, at: _at, ...facts } = placement;
    const text = JSON.stringify(facts);
    if (text === this.told) return;
    this.told = text;
    this.context.tell({ type: 'placement-observed', placement });
  }
}
