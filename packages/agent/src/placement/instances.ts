import type { Reason } from '@pltf/contracts';
import { errorKinds } from '@pltf/contracts';
import type { LogStore } from '../logs/log-store.ts';
import { isAlive } from '../process/process-facts.ts';
import { killProgram, membersOf, ranOutOfMemory, stopProgram } from '../process/program.ts';
import { describeEnd, type ProgramEnd } from '../process/program-end.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import { countStartFailure, endsWithProgram, restAfterEnd } from './crash-rules.ts';
import { findStarted, takeUp } from './find-started.ts';
import { createInstanceHealth } from './instance-health.ts';
import { instanceLaunch } from './instance-launch.ts';
import { createInstanceNotes, type InstanceNotes } from './instance-notes.ts';
import { type InstanceRun, type RunContext, removeOutput, runInstance } from './instance-run.ts';
import type { PlacementContext } from './placement-context.ts';
import { type CohortRecord, cohortOf, type InstanceRecord } from './placement-record.ts';
import { asReason } from './reason.ts';
import type { RecordFile } from './record-file.ts';
import { awaitHealthy, type StartResult } from './start-check.ts';

export interface InstancesOptions {
  readonly context: PlacementContext;
  readonly file: RecordFile;
  readonly log: LogStore;
  /** Something changed: the rules are to be asked again. */
  readonly changed: () => void;
}

/** A process that is just being made shows its marks after this time at the latest. */
const makingMs = 50;
const leastStartMs = 1000;

/** The live side of a placement's instances: their processes, their start, their end. */
export class Instances {
  private readonly context: PlacementContext;
  private readonly file: RecordFile;
  private readonly notes: InstanceNotes;
  private readonly changed: () => void;
  private readonly runContext: RunContext;
  private readonly health: ReturnType<typeof createInstanceHealth>;
  private readonly runs = new Map<string, InstanceRun>();
  private readonly checks = new Map<string, AbortController>();
  private readonly launching = new Set<string>();
  private readonly stopping = new Set<string>();
  /** What an ended program left behind is removed before it starts again. */
  private readonly cleaning = new Map<string, Promise<unknown>>();

  constructor({ context, file, log, changed }: InstancesOptions) {
    const { sandbox, ends, bootId } = context;
    this.context = context;
    this.file = file;
    this.notes = createInstanceNotes(log, context.now);
    this.changed = changed;
    this.runContext = { sandbox, ends, bootId, outputFolder: file.folder, log };
    this.health = createInstanceHealth({ file, changed, say: this.notes.say });
  }

  /** Starts the process of an instance that the record has as `starting`. */
  start(id: string): void {
    this.launching.add(id);
    const work = async () => {
      await this.cleaning.get(id);
      await this.launch(id);
      this.launching.delete(id);
      if (this.file.instance(id)?.state === 'stopping' && !this.runs.has(id)) this.stop(id);
      this.changed();
    };
    void work();
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
      // Being launched right now: `follow` comes back here once there is a process.
      if (!this.launching.has(id)) this.discard(id);
      this.changed();
      return;
    }
    if (this.stopping.has(id)) return;
    this.stopping.add(id);
    const work = async () => {
      await stopProgram(run.program, this.file.record.desired.run.drainMs);
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
    const run = this.runs.get(id);
    this.runs.delete(id);
    this.checks.get(id)?.abort();
    if (run === undefined) return;
    await stopProgram(run.program, this.file.record.desired.run.drainMs);
    run.finishOutput();
  }

  healthChecks(): (() => Promise<void>)[] {
    return this.health.checks();
  }

  pidsOf(id: string): readonly number[] {
    const run = this.runs.get(id);
    return run === undefined ? [] : membersOf(run.program);
  }

  /** Lets everything run on without this agent. */
  abandon(): void {
    for (const control of this.checks.values()) control.abort();
    for (const run of this.runs.values()) run.abandon();
    this.runs.clear();
  }

  private async launch(id: string): Promise<void> {
    const cohort = cohortOf(this.file.record, this.file.instance(id)?.cohort);
    if (cohort === undefined) return;
    const { context, file } = this;
    let port: number | undefined;
    try {
      port = cohort.run.serves ? await context.ports.take() : undefined;
      const request = await instanceLaunch(context, file.record.desired, cohort, id, port);
      const run = await runInstance(this.runContext, id, request);
      const { identity, cgroup } = run.program;
      const facts = { process: { ...identity }, cgroup: [...cgroup.folders], port };
      file.changeInstance(id, { ...facts, startedAt: context.now() });
      this.follow(id, run);
    } catch (error) {
      if (port !== undefined) context.ports.give(port);
      context.log.error({ err: error, instance: id }, 'an instance could not be started');
      const why = asReason(error);
      this.notes.say(id, why.detail);
      if (!cohort.established) this.giveUp(cohort.id, why);
      this.afterEnd(id, 'not started');
    }
  }

  /** From here on the end of the process is noticed, and its health is looked at when it is starting. */
  private follow(id: string, run: InstanceRun): void {
    this.runs.set(id, run);
    void run.program.ended.then((end) => this.onEnded(id, run, end));
    const instance = this.file.instance(id);
    if (instance === undefined || instance.state === 'stopping') this.stop(id);
    else if (instance.state === 'starting') void this.check(instance, run);
  }

  private async check(instance: InstanceRecord, run: InstanceRun): Promise<void> {
    const { id, port, startedAt } = instance;
    const control = new AbortController();
    this.checks.set(id, control);
    const { record } = this.file;
    const spent = this.context.now() - (startedAt ?? this.context.now());
    const request = {
      pid: run.program.identity.pid,
      port: this.file.instance(id)?.port ?? port,
      health: cohortOf(record, instance.cohort)?.run.health,
      timeoutMs: Math.max(leastStartMs, record.desired.run.startTimeoutMs - spent),
      members: () => cgroupMembers(run.program.cgroup),
    };
    const result = await awaitHealthy(request, control.signal);
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
      void killProgram(run.program);
      return;
    }
    const code = result.is === 'late' ? 'health-timeout' : 'port-in-use';
    this.giveUp(instance.cohort, this.notes.reason(id, code, result.why, result.fix));
    this.changed();
  }

  private onEnded(id: string, run: InstanceRun, end: ProgramEnd): void {
    this.checks.get(id)?.abort();
    const instance = this.file.instance(id);
    if (this.runs.get(id) !== run || this.stopping.has(id) || instance === undefined) return;
    const cohort = cohortOf(this.file.record, instance.cohort);
    const outOfMemory = end.code !== 0 && ranOutOfMemory(run.program);
    const how = describeEnd(end, outOfMemory ? cohort?.run.memoryMiB : undefined);
    this.runs.delete(id);
    run.finishOutput();
    this.notes.say(id, `The program ended: ${how}.`);
    const cleaned = killProgram(run.program).finally(() => this.cleaning.delete(id));
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
    if (instance.port !== undefined) this.context.ports.give(instance.port);
    const established = cohortOf(this.file.record, instance.cohort)?.established === true;
    const facts = { lastExit, established, now: this.context.now(), random: this.context.random() };
    this.file.changeInstance(id, restAfterEnd(instance, facts));
    this.changed();
  }

  private discard(id: string): void {
    const port = this.file.instance(id)?.port;
    if (port !== undefined) this.context.ports.give(port);
    this.health.forget(id);
    this.file.removeInstance(id);
    removeOutput(this.runContext, id);
  }

  private resumeOne(instance: InstanceRecord): void {
    const { id, state } = instance;
    if (state === 'backoff') return;
    const known = instance.process ?? findStarted(this.context, id);
    if (known === undefined || !isAlive(known, this.context.bootId)) {
      if (state === 'starting' && instance.process === undefined) this.startUnlessFound(id);
      else if (state === 'stopping') this.stop(id);
      else {
        this.notes.say(id, 'The program ended while the agent was away.');
        this.afterEnd(id, 'ended while the agent was away');
      }
      return;
    }
    const run = takeUp(this.context, this.runContext, this.file, instance, known);
    this.follow(id, run);
  }

  private startUnlessFound(id: string): void {
    setTimeout(() => {
      const instance = this.file.instance(id);
      if (instance?.state !== 'starting') this.changed();
      else if (findStarted(this.context, id) === undefined) this.start(id);
      else this.resumeOne(instance);
    }, makingMs);
  }

  private giveUp(cohort: CohortRecord['id'], failure: Reason): void {
    if (cohortOf(this.file.record, cohort)?.failure === undefined) {
      this.file.changeCohort(cohort, { failure });
    }
  }
}
