import type { EventView } from '@pltf/contracts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import { within } from '../../kernel/within.ts';
import { defaultBranch } from '../catalog/index.ts';
import type { Push } from '../repos/index.ts';
import { addressOf, type Placement, type RuntimeQueries } from '../runtime/index.ts';
import type { DeliveryQueries } from './delivery-queries.ts';
import { isFinished, type Run } from './run.ts';

/** Events as they happen. */
export interface EventFeed {
  /** The number of the newest event: taken before a look at the state, nothing between look and follow is missed. */
  newest(): Promise<number>;
  follow(
    filter: { readonly component: string },
    after: number,
    signal: AbortSignal,
  ): AsyncIterable<EventView>;
}

export interface PushProgressDependencies {
  readonly queries: DeliveryQueries;
  readonly runtime: RuntimeQueries;
  readonly feed: EventFeed;
  readonly platform: PlatformSource;
  readonly portalUrl: string;
  readonly routerPort: number;
}

/** The lines that a person who pushes sees, as they come: pipeline, preview, and what failed. */
export interface PushProgress {
  lines(push: Push, signal: AbortSignal): AsyncIterable<string>;
}

/** A push waits this long for its pipeline and preview; both go on without it. Milliseconds. */
const patienceMs = 120_000;

export function pushProgress(dependencies: PushProgressDependencies): PushProgress {
  return {
    lines: async function* (push, signal) {
      if (push.after === undefined) {
        yield `Branch ${push.branch} is gone; its preview is being removed.`;
        return;
      }
      const run = await runOf(dependencies, push);
      if (run === undefined) {
        yield `${push.branch}: this branch name cannot be part of an address, so nothing is built from it.`;
        return;
      }
      yield '';
      yield `Pipeline  ${dependencies.portalUrl}/runs/${run.id}`;
      yield* withPatience(dependencies, run, push, within(patienceMs, signal));
      yield '';
    },
  };
}

async function runOf({ queries }: PushProgressDependencies, push: Push): Promise<Run | undefined> {
  const runs = await queries.runs(push.component, { limit: 5, branch: push.branch });
  return runs.find(({ commit }) => commit === push.after);
}

async function* withPatience(
  dependencies: PushProgressDependencies,
  run: Run,
  push: Push,
  signal: AbortSignal,
): AsyncGenerator<string> {
  try {
    yield* follow(dependencies, run, push, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    yield `Still at work; \`pltf attach ${run.id}\` follows it.`;
  }
}

async function* follow(
  dependencies: PushProgressDependencies,
  run: Run,
  push: Push,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const told = new Set<string>();
  const after = await dependencies.feed.newest();
  const events = dependencies.feed
    .follow({ component: push.component }, after, signal)
    [Symbol.asyncIterator]();
  let now = await dependencies.queries.run(run.id);
  for (;;) {
    yield* freshLines(now, told);
    if (isFinished(now.state)) break;
    await events.next();
    now = await dependencies.queries.run(run.id);
  }
  if (now.state === 'passed') yield* preview(dependencies, now, push, events);
  else yield* failure(now);
  await events.return?.();
}

/** Jobs and steps that ended since the last look. */
function* freshLines(run: Run, told: Set<string>): Generator<string> {
  for (const note of run.summary.notes) {
    if (!told.has(note)) yield `  - ${note}`;
    told.add(note);
  }
  for (const job of run.summary.jobs) {
    const id = `${job.id} ${job.name}`;
    if (told.has(id) || !['passed', 'failed', 'cancelled'].includes(job.state)) continue;
    told.add(id);
    const took = job.durationMs === undefined ? '' : ` (${(job.durationMs / 1000).toFixed(1)} s)`;
    yield `  ${job.state === 'passed' ? '✓' : '✗'} ${job.name}${took}`;
  }
}

function* failure(run: Run): Generator<string> {
  yield '';
  yield `✗ The pipeline ${run.state === 'failed' ? 'is red' : `was ${run.state}`}; nothing was deployed.`;
  for (const { step, where, lines } of run.summary.failing.slice(0, 5)) {
    yield `  ${[step, where].filter((part) => part !== undefined).join('  ')}`;
    for (const line of lines.slice(0, 20)) yield `    ${line}`;
  }
}

async function* preview(
  dependencies: PushProgressDependencies,
  run: Run,
  push: Push,
  events: AsyncIterator<EventView>,
): AsyncGenerator<string> {
  const branch = push.branch === defaultBranch ? undefined : push.branch;
  const previews = dependencies.platform
    .current()
    .environments.filter(({ kind }) => kind === 'preview')
    .map(({ name }) => name);
  const find = async (): Promise<Placement | undefined> =>
    (await dependencies.runtime.placementsOf([push.component])).find(
      (placement) => placement.branch === branch && previews.includes(placement.environment),
    );
  let placement = await find();
  if (placement === undefined) return;
  const url = addressOf(dependencies.platform.current(), placement, dependencies.routerPort);
  if (url !== undefined) yield `Preview   ${url}`;
  for (;;) {
    const rollout = (await dependencies.runtime.latestRollouts([placement.id])).get(placement.id);
    if (placement.observed?.serving?.number === run.release) {
      yield `  ✓ release ${run.release ?? '?'} serves`;
      break;
    }
    if (rollout?.step === 'committed') {
      yield `  ● release ${run.release ?? '?'} is ${rollout.reason?.detail ?? 'committed'}`;
      break;
    }
    if (rollout !== undefined && rollout.state !== 'running') {
      yield `  ✗ release ${run.release ?? '?'}: ${rollout.reason?.detail ?? rollout.state}`;
      for (const line of (rollout.reason?.log ?? []).slice(-10)) yield `    ${line}`;
      break;
    }
    await events.next();
    placement = (await find()) ?? placement;
  }
  if (branch === undefined) yield '  staging follows; `pltf promote` takes it to production';
}
