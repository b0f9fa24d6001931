import { setImmediate } from 'node:timers/promises';
import { type ContainerEngine, type PlatformPlan, PltfError } from '@pltf/contracts';
import {
  digestOf,
  type OccupiedRuntime,
  platformChange,
  type ReadPlatform,
  readPlatformFiles,
  shippedGuardrails,
} from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { Db } from '../../persistence/transaction.ts';
import { missingTeams } from './named-teams.ts';
import type { Files, PlatformVersion } from './platform-version.ts';
import type { RunningSource } from './running.ts';

export interface PlatformPlanning {
  readonly db: Db;
  readonly running: RunningSource;
  /** What is on which runtime; the runtime module knows it. */
  readonly occupied: () => Promise<readonly OccupiedRuntime[]>;
  /** Drivers of runtimes that this server has. */
  readonly drivers: readonly string[];
  /** The container engine as the agent finds it; undefined while the agent does not answer. */
  readonly docker: () => Promise<ContainerEngine | undefined>;
  readonly clock: Clock;
}

const pageSize = 500;

/** The files of a platform, read; throws `platform-invalid` with every problem. */
export function readFiles(files: Files): Extract<ReadPlatform, { ok: true }> {
  const read = readPlatformFiles(files);
  if (read.ok) return read;
  throw new PltfError('platform-invalid', {
    detail: `${read.problems.length === 1 ? 'there is a problem' : `there are ${read.problems.length} problems`} in these files`,
    errors: read.problems,
  });
}

/** New files for the platform, and what people say beside them. */
export interface PlannedFiles {
  readonly files: Files;
  /** Runtimes where what is left behind is meant to be. */
  readonly letGo?: readonly string[] | undefined;
  /** Environments whose placements on clusters are meant to be taken out. */
  readonly takeOut?: readonly string[] | undefined;
}

/** What it would do to put these files in the place of a version. Reads in pages and lets others work in between. */
export async function planChange(
  { db, running, occupied, drivers, docker, clock }: PlatformPlanning,
  base: PlatformVersion,
  { files, letGo = [], takeOut = [] }: PlannedFiles,
): Promise<PlatformPlan> {
  const [before, after] = [readFiles(base.files), readFiles(files)];
  const shipped = shippedGuardrails();
  const planner = platformChange({
    before: { file: before.file, guardrails: [...shipped, ...before.guardrails] },
    after: { file: after.file, guardrails: [...shipped, ...after.guardrails] },
    drivers,
    docker: await docker(),
    occupied: await occupied(),
    letGo,
    takeOut,
    now: clock.now(),
  });
  for (let last = ''; ; ) {
    const page = await running.page(last, pageSize);
    planner.add(page.map(({ placement, ...rest }) => ({ ...rest, id: placement })));
    const end = page.at(-1);
    if (end === undefined || page.length < pageSize) break;
    last = end.placement;
    await setImmediate();
  }
  const planned = planner.finish();
  const breaks = [...(await missingTeams(db, before.file, after.file)), ...planned.breaks];
  const found = { ...planned, breaks };
  const outcome =
    found.breaks.length > 0 ? 'refused' : base.digest === after.digest ? 'unchanged' : 'changes';
  const plan = {
    ...found,
    outcome,
    base: { version: base.number, digest: base.digest },
    target: after.digest,
  } as const;
  return { ...plan, digest: planDigest(plan) };
}

/** Names what a person decides on: what runs and is not touched may come and go meanwhile. */
function planDigest(plan: Omit<PlatformPlan, 'digest'>): string {
  return digestOf({
    ...{ base: plan.base, target: plan.target, outcome: plan.outcome },
    classes: plan.classes.map(({ changes, environments, count }) => ({
      changes,
      environments,
      count,
    })),
    moves: (plan.moves ?? []).map(({ environment, from, to }) => ({ environment, from, to })),
    removed: plan.rendered?.placements.removed ?? 0,
    breaks: plan.breaks.map(({ kind, message, count }) => ({ kind, message, count })),
    guardrails: plan.guardrails.map(({ id, change, fails }) => ({ id, change, fails })),
  });
}

/** Throws `platform-refused` for a plan that would break what runs. */
export function refuseBreaking(plan: PlatformPlan): void {
  if (plan.breaks.length === 0) return;
  throw new PltfError('platform-refused', {
    detail: `${plan.breaks.length === 1 ? 'one thing' : `${plan.breaks.length} things`} would break`,
    errors: plan.breaks.map(({ kind, message, fix, count, examples }) => ({
      where: kind,
      message: count === 0 ? message : `${message} (${count}: ${shown(examples, count)})`,
      fix,
    })),
  });
}

const shown = (examples: readonly string[], count: number): string =>
  `${examples.join(', ')}${count > examples.length ? ', …' : ''}`;
