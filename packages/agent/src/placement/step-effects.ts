import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Reason } from '@pltf/contracts';
import { errorKinds } from '@pltf/contracts';
import { applyStep, givenUpAs, withRolloutEnded } from './apply-step.ts';
import { engineOf } from './instance-engine.ts';
import type { Instances } from './instances.ts';
import { trafficOf } from './observed-placement.ts';
import type { PlacementContext } from './placement-context.ts';
import { cohortOf } from './placement-record.ts';
import type { PlacementRoute } from './placement-route.ts';
import { asReason } from './reason.ts';
import type { RecordFile } from './record-file.ts';
import type { Step } from './rollout-step.ts';

/** What is to be done once a step is on disk. */
export type Effect = () => void | Promise<void>;

export interface StepEffectsOptions {
  readonly context: PlacementContext;
  readonly file: RecordFile;
  readonly instances: Instances;
  readonly route: PlacementRoute;
  /** The platform's own words in the placement's log. */
  readonly say: (text: string) => void;
  /** The rules are to be asked again. */
  readonly changed: () => void;
  readonly wakeAt: (time: number) => void;
  /** Nothing of the placement is left. */
  readonly onForgotten: () => void;
}

/** Carries out the steps of one placement. */
export class StepEffects {
  private readonly options: StepEffectsOptions;
  private readonly preparing = new Set<string>();
  private closed = false;

  constructor(options: StepEffectsOptions) {
    this.options = options;
  }

  /** Takes a step into the record, and answers what is to be done once that is on disk. */
  begin(step: Step): Effect | undefined {
    const { file, instances, route, context } = this.options;
    const before = file.record;
    file.record = applyStep(before, step, context.now());
    switch (step.do) {
      case 'prepare':
        return this.preparing.has(step.cohort) ? undefined : () => this.prepare(step.cohort);
      case 'start': {
        const known = new Set(before.instances.map(({ id }) => id));
        const fresh = file.record.instances.filter(({ id }) => !known.has(id));
        return () => fresh.forEach(({ id }) => instances.start(id));
      }
      case 'restart':
        return () => instances.start(step.instance);
      case 'run-release-task':
        return () => this.runReleaseTask(step.cohort);
      case 'hold':
        return () => route.hold();
      case 'let-go':
        return () => route.letGo();
      case 'switch':
      case 'route':
        return () => route.apply(file.record);
      case 'unroute':
        return () => {
          route.letGo();
          route.apply(file.record);
        };
      case 'drain':
        return () => this.drain(step.instance);
      case 'stop':
        return () => instances.stop(step.instance);
      case 'forget':
        return () => this.forget();
      case 'wait':
        this.options.wakeAt(step.until);
        return undefined;
      default:
        this.endRollout(step);
        return () => undefined;
    }
  }

  /** Goes on with what an earlier agent had begun. */
  resume(): void {
    const { record } = this.options.file;
    for (const { id, state } of record.instances) if (state === 'draining') this.drain(id);
    for (const { id, releaseTask } of record.cohorts) {
      if (releaseTask === 'running') this.runReleaseTask(id);
    }
  }

  /** Begins nothing more, and takes no results. */
  close(): void {
    this.closed = true;
  }

  private prepare(id: string): void {
    const { context, file, changed, say } = this.options;
    this.preparing.add(id);
    const work = async () => {
      const cohort = cohortOf(file.record, id);
      try {
        const engine = engineOf(context.engines, cohort);
        if (cohort !== undefined) await engine.prepare(file.record.desired, cohort, say);
        file.changeCohort(id, { prepared: true });
      } catch (error) {
        context.log.warn({ err: error }, 'a release could not be made ready');
        file.changeCohort(id, { failure: asReason(error) });
      }
      this.preparing.delete(id);
      changed();
    };
    void work();
  }

  /** Waits until the router has nothing in flight to the instance, then goes on with what follows. */
  private drain(id: string): void {
    const { file, route, instances, changed } = this.options;
    const work = async () => {
      const drained = await route.drain(id, file.record.desired.run.drainMs);
      const instance = file.instance(id);
      if (!drained || this.closed || instance?.state !== 'draining') return;
      if (instance.after === 'warm') {
        file.changeInstance(id, { state: 'warm', after: undefined });
      } else {
        file.changeInstance(id, { state: 'stopping', after: undefined });
        instances.stop(id);
      }
      changed();
    };
    void work();
  }

  private runReleaseTask(id: string): void {
    const { context, file, changed } = this.options;
    const cohort = cohortOf(file.record, id);
    if (cohort === undefined) return;
    const work = async () => {
      const engine = engineOf(context.engines, cohort);
      const failure = await engine.runReleaseCommand(file.record.desired, cohort);
      if (this.closed) return;
      if (failure === undefined) {
        const others = file.record.releaseTasks.filter((release) => release !== cohort.release.id);
        file.change({ releaseTasks: [...others, cohort.release.id].slice(-100) });
        file.changeCohort(id, { releaseTask: 'done' });
        // That it has run must outlive the machine: it must not run again.
        await file
          .saveWish()
          .catch((error: unknown) => context.log.error({ err: error }, 'not saved'));
      } else {
        file.changeCohort(id, { releaseTask: 'wanted', failure });
      }
      changed();
    };
    void work();
  }

  private endRollout(step: Extract<Step, { do: 'give-up' | 'finish' | 'overdue' }>): void {
    const { context, file } = this.options;
    const { record } = file;
    const traffic = trafficOf(context.router.window(record.desired.id));
    const end = (how: 'done' | 'rolled-back' | 'failed', reason?: Reason) => {
      const facts = { traffic, ...(reason === undefined ? {} : { reason }) };
      file.record = withRolloutEnded(record, how, context.now(), facts);
    };
    if (step.do === 'finish') end('done');
    else if (step.do === 'overdue') end('failed', this.overdueReason());
    else end(givenUpAs(record, step.cohort), cohortOf(record, step.cohort)?.failure);
  }

  private overdueReason(): Reason {
    const { record } = this.options.file;
    const healthy = record.instances.filter(({ state }) => state === 'healthy').length;
    const ends = record.instances.flatMap(({ id, lastExit }) =>
      lastExit === undefined ? [] : [`${id}: ${lastExit}`],
    );
    const why = ends.length === 0 ? '' : ` Ended last: ${ends.slice(0, 3).join(', ')}.`;
    return {
      code: 'health-timeout',
      detail: `${healthy} of ${record.desired.instances} instances are healthy.${why} They are still tried.`,
      fix: errorKinds['health-timeout'].fix,
      log: [],
    };
  }

  /** The last step of a removal: nothing of the placement is left, its volume and logs included. */
  private async forget(): Promise<void> {
    const { context, file, route } = this.options;
    const { desired } = file.record;
    const { id, owner } = desired;
    route.remove();
    // An earlier release may have run the other way.
    for (const engine of Object.values(context.engines)) await engine.forget(desired);
    // The record goes last: an agent that is killed before goes on with the removal.
    for (const folder of [path.join(context.logsFolder, id), file.folder]) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
    this.close();
    this.options.onForgotten();
    context.tell({ type: 'placement-gone', id });
    await context.sweepReleases(owner);
  }
}
