import type { Reason } from '@pltf/contracts';
import { errorKinds } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';
import { countStartFailure, endsWithProgram, restAfterEnd } from './crash-rules.ts';
import {
  engineOf,
  type InstanceEngine,
  type InstanceOrder,
  type InstanceRun,
} from './instance-engine.ts';
import { createInstanceHealth } from './instance-health.ts';
import { createInstanceNotes, type InstanceNotes } from './instance-notes.ts';
import type { PlacementContext } from './placement-context.ts';
import { type CohortRecord, cohortOf, type InstanceRecord } from './placement-record.ts';
import { asReason } from './reason.ts';
import type { RecordFile } from './record-file.ts';
import type { StartResult } from './start-check.ts';

export interface InstancesOptions {
  readonly context: PlacementContext;
  readonly file: RecordFile;
  readonly log: LogStore;
  /** Something changed: the rules are to be asked again. */
  readonly changed: () => void;
}

/** A program that is just being made shows its marks after this time at the latest. */
const makingMs = 50;
const leastStartMs = 1000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The live side of a placement's instances: their programs, their start, their end. */
export class Instances {
  private readonly context: PlacementContext;
  private readonly file: RecordFile;
  private readonly notes: InstanceNotes;
  private readonly changed: () => void;
  private readonly log: LogStore;
  private readonly health: ReturnType<typeof createInstanceHealth>;
  private readonly runs = new Map<string, InstanceRun>();
  private readonly checks = new Map<string, AbortController>();
  /** Being started or taken up right now: what becomes of them is not known yet. */
  private readonly arriving = new Map<string, Promise<void>>();
  private readonly stopping = new Set<string>();
  /** What an ended program left behind is removed before it starts again. */
  private readonly cleaning = new Map<string, Promise<unknown>>();
  private abandoned = false;

  constructor({ context, file, log, changed }: InstancesOptions) {
    this.context = context;
    this.file = file;
    this.log = log;
    this.notes = createInstanceNotes(log, context.now);
    this.changed = changed;
    this.health = createInstanceHealth({ file, changed, say: this.notes.say });
  }

  /** Starts the program of an instance that the record has as `starting`. */
  start(id: string): void {
    this.arrive(id, async () => {
      await this.cleaning.get(id);
      await this.launch(id);
    });
  }

  /** Takes up every instance of the record after the agent was restarted. */
  resume(): void {
    for (const instance of this.file.record.instances) this.resumeOne(instance);
  }

  /** Ends an instance's processes in order, then removes it from the record. */
  stop(id: string): void {
    this.checks.get(id)?.abort();
    const run = this.runs.get(id);
    if (run === undefined) {
      // Being started or taken up right now: `arrive` comes back here once there is a program, or is none.
      if (!this.arriving.has(id)) this.discard(id);
      this.changed();
      return;
    }
    if (this.stopping.has(id)) return;
    this.stopping.add(id);
    const work = async () => {
      await run.stop(this.file.record.desired.run.drainMs);
      this.stopping.delete(id);
      this.runs.delete(id);
      run.finishOutput();
      this.discard(id);
      this.changed();
    };
    void work();
  }

  /** Ends an instance's processes and leaves the record as it is. */
  async end(id: string): Promise<void> {
    await Promise.race([this.arriving.get(id), pause(makingMs * 20)]);
    const run = this.runs.get(id);
    this.runs.delete(id);
    this.checks.get(id)?.abort();
    if (run === undefined) return;
    await run.stop(this.file.record.desired.run.drainMs);
    run.finishOutput();
  }

  healthChecks(): (() => Promise<void>)[] {
    return this.health.checks();
  }

  pidsOf(id: string): readonly number[] {
    return this.runs.get(id)?.pids() ?? [];
  }

  /** Lets everything run on without this agent. */
  abandon(): void {
    this.abandoned = true;
    for (const control of this.checks.values()) control.abort();
    for (const run of this.runs.values()) run.abandon();
    this.runs.clear();
  }

  /** Keeps an instance from being forgotten while a program is on its way to it. */
  private arrive(id: string, work: () => Promise<void>): void {
    const arrival = work()
      .catch((error: unknown) =>
        this.context.log.error({ err: error, instance: id }, 'an instance is lost'),
      )
      .then(() => {
        this.arriving.delete(id);
        if (this.file.instance(id)?.state === 'stopping' && !this.runs.has(id)) this.stop(id);
        this.changed();
      });
    this.arriving.set(id, arrival);
  }

  private engineOf(instance: InstanceRecord | undefined): InstanceEngine {
    return engineOf(this.context.engines, cohortOf(this.file.record, instance?.cohort));
  }

  private orderOf(id: string): InstanceOrder | undefined {
    const { record, folder } = this.file;
    const instance = this.file.instance(id);
    const cohort = cohortOf(record, instance?.cohort);
    if (instance === undefined || cohort === undefined) return undefined;
    return { desired: record.desired, cohort, instance, folder, log: this.log };
  }

  private async launch(id: string): Promise<void> {
    const order = this.orderOf(id);
    if (order === undefined) return;
    const { context, file } = this;
    const { cohort } = order;
    try {
      const run = await engineOf(context.engines, cohort).start(order);
      file.changeInstance(id, { ...run.mark, startedAt: context.now() });
      this.follow(id, run);
    } catch (error) {
      context.log.error({ err: error, instance: id }, 'an instance could not be started');
      const why = asReason(error);
      this.notes.say(id, why.detail);
      if (!cohort.established) this.giveUp(cohort.id, why);
      this.afterEnd(id, 'not started');
    }
  }

  /** From here on the end of the process is noticed, and its health is looked at when it is starting. */
  private follow(id: string, run: InstanceRun): void {
    if (this.abandoned) return run.abandon();
    this.runs.set(id, run);
    void run.ended.then((how) => this.onEnded(id, run, how));
    const instance = this.file.instance(id);
    if (instance === undefined || instance.state === 'stopping') this.stop(id);
    else if (instance.state === 'starting') void this.check(instance, run);
  }

  private async check(instance: InstanceRecord, run: InstanceRun): Promise<void> {
    const { id, startedAt } = instance;
    const control = new AbortController();
    this.checks.set(id, control);
    const spent = this.context.now() - (startedAt ?? this.context.now());
    const { startTimeoutMs } = this.file.record.desired.run;
    const timeoutMs = Math.max(leastStartMs, startTimeoutMs - spent);
    const result = await run.awaitHealthy(timeoutMs, control.signal);
    if (this.checks.get(id) === control) this.checks.delete(id);
    this.onChecked(id, run, result);
  }

  private onChecked(id: string, run: InstanceRun, result: StartResult): void {
    const instance = this.file.instance(id);
    if (this.runs.get(id) !== run || instance?.state !== 'starting') return;
    if (result.is === 'aborted') return;
    if (result.is === 'healthy') {
      const healthyAt = this.context.now();
      this.file.changeInstance(id, { state: 'healthy', healthyAt, retryAt: undefined });
      return this.changed();
    }
    this.notes.say(id, result.why);
    if (cohortOf(this.file.record, instance.cohort)?.established === true) {
      void run.kill();
      return;
    }
    const code = result.is === 'late' ? 'health-timeout' : 'port-in-use';
    this.giveUp(instance.cohort, this.notes.reason(id, code, result.why, result.fix));
    this.changed();
  }

  private onEnded(id: string, run: InstanceRun, how: string): void {
    this.checks.get(id)?.abort();
    const instance = this.file.instance(id);
    if (this.runs.get(id) !== run || this.stopping.has(id) || instance === undefined) return;
    const cohort = cohortOf(this.file.record, instance.cohort);
    this.runs.delete(id);
    run.finishOutput();
    this.notes.say(id, `The program ended: ${how}.`);
    const cleaned = run.kill().finally(() => this.cleaning.delete(id));
    this.cleaning.set(id, cleaned);
    const { fix } = errorKinds['instance-crashed'];
    const why = this.notes.reason(id, 'instance-crashed', `Instance ${id} ended: ${how}.`, fix);
    const placement = this.file.record.desired.id;
    this.context.tell({ type: 'instance-ended', placement, instance: id, reason: why });
    if (cohort !== undefined && !cohort.established) {
      this.file.changeCohort(cohort.id, countStartFailure(cohort, why));
    }
    this.afterEnd(id, how);
  }

  /** Without its process an instance waits for its next start, or is gone when it was on its way out. */
  private afterEnd(id: string, lastExit: string): void {
    const instance = this.file.instance(id);
    if (instance === undefined) return;
    if (endsWithProgram(instance)) {
      this.discard(id);
      return this.changed();
    }
    this.engineOf(instance).release(instance);
    const established = cohortOf(this.file.record, instance.cohort)?.established === true;
    const facts = { lastExit, established, now: this.context.now(), random: this.context.random() };
    this.file.changeInstance(id, restAfterEnd(instance, facts));
    this.changed();
  }

  private discard(id: string): void {
    const instance = this.file.instance(id);
    const engine = this.engineOf(instance);
    if (instance !== undefined) engine.release(instance);
    this.health.forget(id);
    this.file.removeInstance(id);
    engine.discard(this.file, id);
  }

  private resumeOne({ id, state }: InstanceRecord): void {
    if (state !== 'backoff') this.arrive(id, () => this.takeUp(id));
  }

  /** Follows what an earlier agent started, or does what it did not come to. */
  private async takeUp(id: string): Promise<void> {
    const order = this.orderOf(id);
    if (order === undefined) return;
    const engine = engineOf(this.context.engines, order.cohort);
    const { state, process, container } = order.instance;
    let run = await engine.find(order);
    if (
      run === undefined &&
      state === 'starting' &&
      process === undefined &&
      container === undefined
    ) {
      await pause(makingMs);
      run = await engine.find(order);
      if (run === undefined && this.file.instance(id)?.state === 'starting') return this.launch(id);
    }
    if (run !== undefined) {
      this.file.changeInstance(id, run.mark);
      this.follow(id, run);
    } else if (this.file.instance(id)?.state !== 'stopping') {
      this.notes.say(id, 'The program ended while the agent was away.');
      this.afterEnd(id, 'ended while the agent was away');
    }
  }

  private giveUp(cohort: CohortRecord['id'], failure: Reason): void {
    if (cohortOf(this.file.record, cohort)?.failure === undefined) {
      this.file.changeCohort(cohort, { failure });
    }
  }
}
