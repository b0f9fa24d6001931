import { rmSync } from 'node:fs';
import type { Reason } from '@pltf/contracts';
import { errorKinds, PltfError } from '@pltf/contracts';
import { describeEnd, type ProgramEnd } from '../process/program-end.ts';
import { isAlive, readMarker } from '../process/process-facts.ts';
import { killProgram, membersOf, ranOutOfMemory, stopProgram } from '../process/program.ts';
import { cgroupMembers } from '../sandbox/cgroups.ts';
import { findStarted } from './find-started.ts';
import { backoffMs, forgivenAfterMs } from './backoff.ts';
import { probe } from './health-probe.ts';
import {
  adoptInstance,
  type InstanceRun,
  outputFiles,
  type RunContext,
  runInstance,
} from './instance-run.ts';
import { instanceLaunch } from './instance-launch.ts';
import type { PlacementContext } from './placement-context.ts';
import { type CohortRecord, cohortOf, type InstanceRecord } from './placement-record.ts';
import type { RecordFile } from './record-file.ts';
import { awaitHealthy, type StartResult } from './start-check.ts';

/** The live side of a placement's instances: their processes, their start, their end. */
export interface Instances {
  /** Starts the process of an instance that the record has as `starting`. */
  start(id: string): void;
  /** Takes up every instance of the record after the agent was restarted. */
  resume(): void;
  /** Ends an instance's processes in order, then removes it from the record. */
  stop(id: string): void;
  /** Ends an instance's processes and nothing else. */
  end(id: string): Promise<void>;
  /** One look at the health of each instance that has, or could have, traffic. */
  healthChecks(): (() => Promise<void>)[];
  pidsOf(id: string): readonly number[];
  /** Lets everything run on without this agent. */
  abandon(): void;
}

export interface InstancesOptions {
  readonly context: PlacementContext;
  readonly run: RunContext;
  readonly file: RecordFile;
  /** Something changed: the rules are to be asked again. */
  readonly changed: () => void;
}

const probeTimeoutMs = 5000;
const unhealthyAfter = 3;
const probed: ReadonlySet<string> = new Set(['healthy', 'unhealthy']);
const shownLines = 20;
const startTries = 2;
const makingMs = 50;
const retryAfterMs = 50;

export function createInstances(options: InstancesOptions): Instances {
  const { context, run: runContext, file, changed } = options;
  const runs = new Map<string, InstanceRun>();
  const checks = new Map<string, AbortController>();
  const placement = file.record.desired.id;

  const say = (instance: string, text: string) =>
    runContext.log.append([
      { at: new Date(context.now()).toISOString(), instance, stream: 'platform', text },
    ]);

  const reason = (instance: string, code: string, detail: string, fix: string): Reason => ({
    code,
    detail,
    fix,
    log: runContext.log.lastLines(shownLines, instance).map((line) => line.text),
  });

  const failCohort = (cohort: CohortRecord, failure: Reason) => {
    if (cohort.failure === undefined) file.changeCohort(cohort.id, { failure });
  };

  const launchNow = async (id: string): Promise<void> => {
    const instance = file.instance(id);
    const cohort = cohortOf(file.record, instance?.cohort);
    if (instance === undefined || cohort === undefined) return;
    const port = cohort.run.serves ? await context.ports.take() : undefined;
    try {
      const request = await instanceLaunch(context, file.record.desired, cohort, id, port);
      const run = await runInstance(runContext, id, request);
      const { identity, cgroup } = run.program;
      file.changeInstance(id, {
        process: { ...identity },
        cgroup: [...cgroup.folders],
        port,
        startedAt: context.now(),
      });
      follow(id, run);
      changed();
    } catch (error) {
      if (port !== undefined) context.ports.give(port);
      onNeverStarted(id, cohort, error);
    }
  };

  const onNeverStarted = (id: string, cohort: CohortRecord, error: unknown) => {
    context.log.error({ err: error, placement, instance: id }, 'an instance could not be started');
    const known = error instanceof PltfError ? error : undefined;
    const detail = known?.detail ?? `It could not be started: ${String(error)}`;
    say(id, detail);
    if (!cohort.established) {
      const fix = known?.fix ?? errorKinds.internal.fix;
      failCohort(cohort, reason(id, known?.code ?? 'internal', detail, fix));
    }
    afterEnd(id, 'not started');
  };

  /** From here on the end of the process is noticed, and its health is looked at when it is starting. */
  const follow = (id: string, run: InstanceRun) => {
    runs.set(id, run);
    run.program.ended.then((end) => onEnded(id, run, end)).catch(() => undefined);
    const state = file.instance(id)?.state;
    if (state === 'stopping' || state === undefined) stop(id);
    else if (state === 'starting') void check(id, run);
  };

  const check = async (id: string, run: InstanceRun): Promise<void> => {
    const instance = file.instance(id);
    const cohort = cohortOf(file.record, instance?.cohort);
    if (instance === undefined || cohort === undefined) return;
    const control = new AbortController();
    checks.set(id, control);
    const spent = context.now() - (instance.startedAt ?? context.now());
    const request = {
      pid: run.program.identity.pid,
      port: instance.port,
      health: cohort.run.health,
      timeoutMs: Math.max(1000, file.record.desired.run.startTimeoutMs - spent),
      members: () => cgroupMembers(run.program.cgroup),
    };
    const result = await awaitHealthy(request, control.signal);
    if (checks.get(id) === control) checks.delete(id);
    onChecked(id, run, cohort.id, result);
  };

  const onChecked = (id: string, run: InstanceRun, cohortId: string, result: StartResult) => {
    if (runs.get(id) !== run || file.instance(id)?.state !== 'starting') return;
    if (result.is === 'aborted') return;
    if (result.is === 'healthy') {
      file.changeInstance(id, { state: 'healthy', healthyAt: context.now(), retryAt: undefined });
      changed();
      return;
    }
    say(id, result.why);
    const cohort = cohortOf(file.record, cohortId);
    if (cohort !== undefined && !cohort.established) {
      const code = result.is === 'late' ? 'health-timeout' : 'port-in-use';
      failCohort(cohort, reason(id, code, result.why, result.fix));
      changed();
    } else {
      void killProgram(run.program);
    }
  };

  const onEnded = async (id: string, run: InstanceRun, end: ProgramEnd): Promise<void> => {
    const instance = file.instance(id);
    const cohort = cohortOf(file.record, instance?.cohort);
    const outOfMemory = ranOutOfMemory(run.program) && end.code !== 0;
    const how = describeEnd(end, outOfMemory ? cohort?.run.memoryMiB : undefined);
    checks.get(id)?.abort();
    if (runs.get(id) !== run) return;
    if (instance === undefined || instance.state === 'stopping') return;
    runs.delete(id);
    run.finishOutput();
    await killProgram(run.program);
    say(id, `The program ended: ${how}.`);
    if (instance.port !== undefined) context.ports.give(instance.port);
    const detail = `Instance ${id} ended: ${how}.`;
    const why = reason(id, 'instance-crashed', detail, errorKinds['instance-crashed'].fix);
    context.tell({ type: 'instance-ended', placement, instance: id, reason: why });
    if (cohort !== undefined && !cohort.established) countStartFailure(cohort, why);
    afterEnd(id, how);
  };

  const countStartFailure = (cohort: CohortRecord, why: Reason) => {
    const startFailures = cohort.startFailures + 1;
    file.changeCohort(cohort.id, { startFailures });
    if (startFailures >= startTries) {
      const detail = `${why.detail} It ended ${startFailures} times before it was healthy.`;
      failCohort(cohort, { ...why, detail });
    }
  };

  /** Without its process an instance waits for its next start, or is gone when it was on its way out. */
  const afterEnd = (id: string, lastExit: string) => {
    const instance = file.instance(id);
    if (instance === undefined) return;
    const { state } = instance;
    if (state === 'warm' || state === 'draining' || state === 'stopping') discard(id);
    else file.changeInstance(id, { ...rest(instance, lastExit) });
    changed();
  };

  const rest = (instance: InstanceRecord, lastExit: string): Partial<InstanceRecord> => {
    const now = context.now();
    const up = instance.healthyAt === undefined ? 0 : now - instance.healthyAt;
    const crashes = up >= forgivenAfterMs ? 1 : instance.crashes + 1;
    const established = cohortOf(file.record, instance.cohort)?.established === true;
    const wait = established ? backoffMs(crashes, context.random()) : retryAfterMs;
    return {
      state: 'backoff',
      crashes,
      retryAt: now + wait,
      lastExit,
      process: undefined,
      port: undefined,
      healthyAt: undefined,
    };
  };

  const discard = (id: string) => {
    failures.delete(id);
    file.removeInstance(id);
    const { out, err } = outputFiles(runContext, id);
    for (const name of [out, err]) {
      rmSync(name, { force: true });
      rmSync(`${name}.at`, { force: true });
    }
  };

  const stop = (id: string) => {
    checks.get(id)?.abort();
    const run = runs.get(id);
    const port = file.instance(id)?.port;
    if (run === undefined) {
      // Being launched right now: `follow` comes back here once there is a process.
      if (file.instance(id)?.process !== undefined || !launching.has(id)) discard(id);
      changed();
      return;
    }
    if (stops.has(id)) return;
    stops.add(id);
    const { drainMs } = file.record.desired.run;
    stopProgram(run.program, drainMs)
      .catch((error: unknown) => context.log.error({ err: error }, 'stopping an instance failed'))
      .finally(() => {
        stops.delete(id);
        runs.delete(id);
        run.finishOutput();
        if (port !== undefined) context.ports.give(port);
        discard(id);
        changed();
      });
  };

  /** After some failures in a row an instance is unhealthy; one answer makes it healthy again. */
  const checkHealth = async (id: string): Promise<void> => {
    const before = file.instance(id);
    const health = cohortOf(file.record, before?.cohort)?.run.health;
    if (before?.port === undefined || !probed.has(before.state)) return;
    const problem = await probe({ port: before.port, path: health }, probeTimeoutMs);
    const now = file.instance(id);
    if (now === undefined || now.state !== before.state || now.port !== before.port) return;
    if (problem === undefined) {
      failures.delete(id);
      if (now.state === 'healthy') return;
      file.changeInstance(id, { state: 'healthy' });
      say(id, 'It is healthy again.');
      return changed();
    }
    const count = (failures.get(id) ?? 0) + 1;
    failures.set(id, count);
    if (now.state !== 'healthy' || count < unhealthyAfter) return;
    file.changeInstance(id, { state: 'unhealthy' });
    say(id, `It is unhealthy: ${problem}, ${count} times in a row.`);
    changed();
  };

  const failures = new Map<string, number>();
  const stops = new Set<string>();
  const launching = new Set<string>();

  const start = (id: string) => {
    launching.add(id);
    launchNow(id)
      .catch((error: unknown) => context.log.error({ err: error }, 'a start failed'))
      .finally(() => {
        launching.delete(id);
        if (file.instance(id)?.state === 'stopping' && !runs.has(id)) stop(id);
        changed();
      });
  };

  /** A process that is just being made shows its marks a moment later. */
  const startUnlessFound = (instance: InstanceRecord) => {
    setTimeout(() => {
      if (file.instance(instance.id)?.state !== 'starting') return changed();
      if (findStarted(context, instance.id) === undefined) start(instance.id);
      else resumeOne(instance);
    }, makingMs);
  };

  const resumeOne = (instance: InstanceRecord) => {
    const { id, state } = instance;
    if (state === 'backoff') return;
    const known = instance.process ?? findStarted(context, id);
    if (known === undefined || !isAlive(known, context.bootId)) {
      if (state === 'starting' && instance.process === undefined) startUnlessFound(instance);
      else if (state === 'stopping') stop(id);
      else {
        say(id, 'The program ended while the agent was away.');
        afterEnd(id, 'ended while the agent was away');
      }
      return;
    }
    if (instance.process === undefined) {
      const port = Number(readMarker(known.pid, 'PORT'));
      file.changeInstance(id, { process: { ...known }, ...(port > 0 ? { port } : {}) });
    }
    const now = file.instance(id);
    if (now?.port !== undefined) context.ports.adopt(now.port);
    const cgroup = now?.cgroup.length ? now.cgroup : context.sandbox.cgroups.open(id).folders;
    const memoryMiB = cohortOf(file.record, instance.cohort)?.run.memoryMiB ?? 0;
    follow(id, adoptInstance(runContext, id, known, cgroup, memoryMiB));
  };

  return {
    start,
    stop,
    resume: () => file.record.instances.forEach(resumeOne),
    async end(id) {
      const run = runs.get(id);
      runs.delete(id);
      checks.get(id)?.abort();
      if (run === undefined) return;
      await stopProgram(run.program, file.record.desired.run.drainMs);
      run.finishOutput();
    },
    healthChecks: () =>
      file.record.instances
        .filter(({ state, port }) => port !== undefined && probed.has(state))
        .map(
          ({ id }) =>
            () =>
              checkHealth(id),
        ),
    pidsOf(id) {
      const run = runs.get(id);
      return run === undefined ? [] : membersOf(run.program);
    },
    abandon() {
      for (const control of checks.values()) control.abort();
      for (const run of runs.values()) run.abandon();
      runs.clear();
    },
  };
}
