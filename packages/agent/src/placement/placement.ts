import { rm } from 'node:fs/promises';
import path from 'node:path';
import {
  type DesiredPlacement,
  type ObservedPlacement,
  PltfError,
  type Reason,
} from '@pltf/contracts';
import { type LogStore, openLogStore } from '../logs/log-store.ts';
import { acceptDesired, withoutUnused } from './accept-desired.ts';
import { applyStep, givenUpAs, withRolloutEnded } from './apply-step.ts';
import { openProgramPlace } from './instance-launch.ts';
import { createInstances, type Instances } from './instances.ts';
import { observe, trafficOf } from './observed-placement.ts';
import type { PlacementContext } from './placement-context.ts';
import { isAlive, residentMiB } from '../process/process-facts.ts';
import { cohortOf, type PlacementRecord } from './placement-record.ts';
import { programEnvironment } from './program-environment.ts';
import { RecordFile } from './record-file.ts';
import { nextSteps, type Step } from './rollout-rules.ts';

type Effect = () => void | Promise<void>;

const retryAfterMs = 1000;
const holdMs = 60_000;
const logSegmentBytes = 5 * 1024 * 1024;
const logSegments = 4;

/** One placement: asks the rules what to do next, writes it down, does it, until nothing is left to do. */
export class Placement {
  readonly id: string;
  readonly log: LogStore;
  private readonly context: PlacementContext;
  private readonly folder: string;
  private readonly file: RecordFile;
  private readonly instances: Instances;
  private readonly preparing = new Set<string>();
  /** The latest draining of each instance: one that was called back and drained again ends only once. */
  private readonly drains = new Map<string, symbol>();
  private readonly onForgotten: () => void;
  private working: Promise<void> | undefined;
  private asked = false;
  private closed = false;
  private routedNow: ReadonlySet<string> = new Set();
  private wishSaved: boolean;
  private timer: NodeJS.Timeout | undefined;
  private told = '';

  constructor(context: PlacementContext, record: PlacementRecord, onForgotten: () => void) {
    this.context = context;
    this.id = record.desired.id;
    this.folder = path.join(context.placementsFolder, this.id);
    this.onForgotten = onForgotten;
    this.wishSaved = record.rollout !== undefined;
    this.file = new RecordFile(this.folder, record);
    this.log = openLogStore({
      folder: path.join(context.logsFolder, this.id),
      segmentBytes: logSegmentBytes,
      segments: logSegments,
    });
    const { sandbox, ends, bootId } = context;
    const run = { sandbox, ends, bootId, outputFolder: this.folder, log: this.log };
    const changed = () => this.poke();
    this.instances = createInstances({ context, run, file: this.file, changed });
  }

  get record(): PlacementRecord {
    return this.file.record;
  }

  /** What is seen of it now. */
  observed(): ObservedPlacement {
    const { now, router } = this.context;
    return observe(this.record, this.routedNow, router.counters(this.id), now());
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
    await Promise.all([this.file.saveWish(), this.poke()]);
    this.wishSaved = true;
  }

  async remove(): Promise<void> {
    if (this.record.removing) return this.poke();
    this.file.change({ removing: true });
    await this.file.saveWish();
    for (const cohort of this.record.cohorts) {
      if (cohort.releaseTask === 'running') this.context.commands.cancel(this.taskKey(cohort.id));
    }
    await this.poke();
  }

  /** Before anything else after a restart: requests find the instances that still run. */
  restoreRoute(): void {
    const { router, now } = this.context;
    const { heldSince, routedHosts } = this.record;
    if (routedHosts.length > 0) this.setRoute();
    if (heldSince !== undefined) router.hold(this.id, Math.max(1, heldSince + holdMs - now()));
  }

  resume(): void {
    this.instances.resume();
    for (const instance of this.record.instances) {
      if (instance.state === 'draining') this.drain(instance.id);
    }
    for (const cohort of this.record.cohorts) {
      if (cohort.releaseTask === 'running') this.runReleaseTask(cohort.id);
    }
    void this.poke();
  }

  /** Leaves everything running, for the next agent. */
  async abandon(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.instances.abandon();
    this.log.finish();
    await this.working;
  }

  healthChecks(): (() => Promise<void>)[] {
    return this.closed ? [] : this.instances.healthChecks();
  }

  /** Ends all instances in order without a wish for it: the next agent starts them again. */
  async stopInstances(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.working;
    const ids = this.record.instances.map((instance) => instance.id);
    await this.context.router.retire(ids, { deadlineMs: this.record.desired.run.drainMs });
    await Promise.all(ids.map((id) => this.instances.end(id)));
    this.file.change({ instances: [], routed: [], heldSince: undefined });
    await this.file.save();
  }

  /** Works until the rules have nothing more to say; calls meanwhile join in. */
  poke(): Promise<void> {
    this.asked = true;
    this.working ??= this.work().finally(() => {
      this.working = undefined;
      // Asked in the moment between the last look and this one.
      if (this.asked && !this.closed) void this.poke();
    });
    return this.working;
  }

  private async work(): Promise<void> {
    while (this.asked && !this.closed) {
      this.asked = false;
      try {
        await this.pass();
      } catch (error) {
        this.context.log.error({ err: error, placement: this.id }, 'a step of a placement failed');
        this.asked = false;
        this.wakeAt(this.context.now() + retryAfterMs);
      }
    }
  }

  private async pass(): Promise<void> {
    const effects: Effect[] = [];
    for (const step of nextSteps(this.record, this.context.now())) {
      const effect = this.begin(step);
      if (effect !== undefined) effects.push(effect);
    }
    const cohorts = this.record.cohorts.length;
    this.file.record = withoutUnused(this.record);
    if (this.record.cohorts.length < cohorts) effects.push(() => void this.sweepReleases());
    if (!this.file.isSaved) await this.file.save();
    for (const effect of effects) await effect();
    if (effects.length > 0) this.asked = true;
    this.tell();
  }

  /** Takes a step into the record, and answers what is to be done once that is on disk. */
  private begin(step: Step): Effect | undefined {
    const { record } = this;
    const now = this.context.now();
    this.file.record = applyStep(record, step, now);
    switch (step.do) {
      case 'prepare':
        return this.preparing.has(step.cohort) ? undefined : () => this.prepare(step.cohort);
      case 'start': {
        const known = new Set(record.instances.map(({ id }) => id));
        const fresh = this.record.instances.filter(({ id }) => !known.has(id));
        return () => fresh.forEach(({ id }) => void this.instances.start(id));
      }
      case 'restart':
        return () => this.instances.start(step.instance);
      case 'run-release-task':
        return () => this.runReleaseTask(step.cohort);
      case 'hold':
        return () => this.context.router.hold(this.id, holdMs);
      case 'let-go':
        return () => this.context.router.release(this.id);
      case 'switch':
      case 'route':
        return () => this.setRoute();
      case 'unroute':
        return () => {
          this.context.router.release(this.id);
          this.setRoute();
        };
      case 'drain':
        return () => this.drain(step.instance);
      case 'stop':
        return () => this.instances.stop(step.instance);
      case 'give-up':
        this.endRollout(givenUpAs(record, step.cohort), cohortOf(record, step.cohort)?.failure);
        return () => undefined;
      case 'finish':
        this.endRollout('done', undefined);
        return () => undefined;
      case 'forget':
        return () => this.forget();
      case 'wait':
        this.wakeAt(step.until);
        return undefined;
    }
  }

  private prepare(id: string): void {
    this.preparing.add(id);
    void this.prepareNow(id);
  }

  private async prepareNow(id: string): Promise<void> {
    const cohort = cohortOf(this.record, id);
    try {
      if (cohort !== undefined) await openProgramPlace(this.context, this.record.desired, cohort);
      this.file.changeCohort(id, { prepared: true });
    } catch (error) {
      this.context.log.warn({ err: error, placement: this.id }, 'a release could not be unpacked');
      this.file.changeCohort(id, { failure: asReason(error) });
    } finally {
      this.preparing.delete(id);
      void this.poke();
    }
  }

  /** Waits until the router has nothing in flight to the instance, then goes on with what follows. */
  private drain(id: string): void {
    const { router, log } = this.context;
    const turn = Symbol(id);
    this.drains.set(id, turn);
    const { drainMs } = this.record.desired.run;
    router
      .retire([id], { deadlineMs: drainMs })
      .catch((error: unknown) => log.error({ err: error, instance: id }, 'draining failed'))
      .finally(() => {
        const instance = this.file.instance(id);
        if (this.drains.get(id) !== turn) return;
        this.drains.delete(id);
        if (this.closed || instance?.state !== 'draining') return;
        if (instance.after === 'warm') {
          this.file.changeInstance(id, { state: 'warm', after: undefined });
        } else {
          this.file.changeInstance(id, { state: 'stopping', after: undefined });
          this.instances.stop(id);
        }
        void this.poke();
      });
  }

  private endRollout(step: 'done' | 'rolled-back' | 'failed', reason: Reason | undefined): void {
    const { now, router } = this.context;
    const traffic = trafficOf(router.window(this.id));
    this.file.record = withRolloutEnded(this.record, step, now(), {
      traffic,
      ...(reason === undefined ? {} : { reason }),
    });
  }

  private taskKey(cohort: string): string {
    const release = cohortOf(this.record, cohort)?.release.id ?? '';
    return `${this.id}\0${release}\0${cohort}`;
  }

  private runReleaseTask(id: string): void {
    void this.runReleaseTaskNow(id);
  }

  private async runReleaseTaskNow(id: string): Promise<void> {
    const cohort = cohortOf(this.record, id);
    if (cohort?.run.releaseCommand === undefined) return;
    const { desired } = this.record;
    try {
      const place = await openProgramPlace(this.context, desired, cohort);
      const { account, home, volume } = place;
      const facts = { placement: desired.id, unit: '', account, home, volume };
      const env = programEnvironment(this.context.machine, {
        ...facts,
        release: cohort.release,
        env: cohort.run.env,
      });
      const failure = await this.context.commands.run(this.taskKey(id), {
        owner: desired.owner,
        command: cohort.run.releaseCommand,
        directory: place.folder,
        env,
        memoryMiB: cohort.run.memoryMiB,
        cpu: Math.max(0.1, cohort.run.cpu),
        ...(place.mount === undefined ? {} : { volume: place.mount }),
      });
      await this.onReleaseTask(id, cohort.release.id, failure);
    } catch (error) {
      await this.onReleaseTask(id, cohort.release.id, asReason(error));
    }
  }

  private async onReleaseTask(
    cohort: string,
    release: string,
    failure: Reason | undefined,
  ): Promise<void> {
    if (this.closed) return;
    if (failure === undefined) {
      const releaseTasks = [...this.record.releaseTasks.filter((one) => one !== release), release];
      this.file.change({ releaseTasks: releaseTasks.slice(-100) });
      this.file.changeCohort(cohort, { releaseTask: 'done' });
    } else {
      this.file.changeCohort(cohort, { releaseTask: 'wanted', failure });
    }
    if (failure === undefined) await this.file.saveWish();
    void this.poke();
  }

  /** Tells the router what the record says. */
  private setRoute(): void {
    const { routed, routedHosts, desired } = this.record;
    if (!desired.run.serves) return;
    const backends = routed.flatMap((id) => {
      const { port, process } = this.file.instance(id) ?? {};
      const alive = process !== undefined && isAlive(process, this.context.bootId);
      return port === undefined || !alive ? [] : [{ instanceId: id, port }];
    });
    this.context.router.setRoute(this.id, { hosts: routedHosts, backends });
    this.routedNow = new Set(backends.map(({ instanceId }) => instanceId));
  }

  private async sweepReleases(): Promise<void> {
    await this.context.sweepReleases(this.record.desired.owner);
  }

  /** The last step of a removal: nothing of the placement is left, its volume and logs included. */
  private async forget(): Promise<void> {
    const { router, sandbox, logsFolder, sweepReleases } = this.context;
    const { owner } = this.record.desired;
    router.removeRoute(this.id);
    const account = await sandbox.accounts.open(owner);
    // The record goes last: an agent that is killed before goes on with the removal.
    for (const folder of [
      path.join(account.volumes, this.id),
      path.join(account.homes, this.id),
      path.join(logsFolder, this.id),
      this.folder,
    ]) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    this.closed = true;
    clearTimeout(this.timer);
    this.log.finish();
    this.onForgotten();
    this.context.tell({ type: 'placement-gone', id: this.id });
    await sweepReleases(owner);
  }

  private wakeAt(time: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poke(), Math.max(1, time - this.context.now()));
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

function asReason(error: unknown): Reason {
  if (error instanceof PltfError) {
    return { code: error.code, detail: error.detail, fix: error.fix, log: [] };
  }
  return { code: 'internal', detail: String(error), fix: 'Try again.', log: [] };
}
