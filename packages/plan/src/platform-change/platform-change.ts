import type { ContainerEngine, PlatformBreak, PlatformFile, PlatformPlan } from '@pltf/contracts';
import { amount, shownAmount } from '../cost/amount.ts';
import { renderedChange } from '../fleet/rendered-change.ts';
import { differences } from '../planning/differences.ts';
import { type Break, breaksOf } from './breaks.ts';
import { classes, mostExamples } from './classes.ts';
import { type PlacedView, placedUnder, type RunningPlacement } from './placed.ts';
import { type GuardedPlatform, replay } from './replay.ts';
import { runtimeBreaks } from './runtime-breaks.ts';
import { type OccupiedRuntime, runtimeMoves } from './runtime-moves.ts';

export interface PlatformChangeInput {
  readonly before: GuardedPlatform;
  readonly after: GuardedPlatform;
  readonly now: Date;
  /** Drivers of runtimes that the server has. */
  readonly drivers: readonly string[];
  /** The agent's container engine; absent when nobody knows. */
  readonly docker?: ContainerEngine | undefined;
  /** What is on which runtime, also what was left there or is being deleted. */
  readonly occupied: readonly OccupiedRuntime[];
  /** Runtimes where what is left behind, or found no more, is meant to be. */
  readonly letGo: readonly string[];
  /** Environments that go with all that runs in them on clusters, in waves. */
  readonly takeOut: readonly string[];
}

type Result = Pick<
  PlatformPlan,
  | 'settings'
  | 'placements'
  | 'classes'
  | 'rendered'
  | 'moves'
  | 'breaks'
  | 'guardrails'
  | 'cost'
  | 'notes'
>;

/** Takes what runs piece by piece, so that a server can plan for tens of thousands and answer others meanwhile. */
export interface PlatformChangePlanner {
  add(placements: readonly RunningPlacement[]): void;
  finish(): Result;
}

/**
 * What a change of the platform touches: every placement is resolved under both platform files and compared. Pure;
 * 10,000 placements take about a second.
 */
export function platformChange(input: PlatformChangeInput): PlatformChangePlanner {
  const [before, after] = [input.before.file, input.after.file];
  const replayed = replay(input.before, input.after, input.now);
  const found = classes();
  const rendered = renderedChange(before, after);
  const breaks = breakList();
  for (const one of [...missingDrivers(input), ...missingEngine(input)]) breaks.add(one);
  const moves = runtimeMoves(before, after, input.occupied);
  const lost = runtimeBreaks(before, after, input.occupied, input.letGo);
  let total = 0;
  let [costBefore, costAfter] = [amount(0), amount(0)];
  return {
    add: (placements) => {
      for (const placement of placements) {
        const [was, will] = [placedUnder(placement, before), placedUnder(placement, after)];
        total += 1;
        for (const one of breaksOf({ before, after, takeOut: input.takeOut }, placement, was, will))
          breaks.add(one, placement.id);
        costBefore = costBefore.plus(was?.monthly ?? 0);
        costAfter = costAfter.plus(will?.monthly ?? 0);
        rendered.add(placedIn(placement, was, will));
        if (was === undefined || will === undefined) continue;
        found.add(placement.id, placement.environment, was, will);
        replayed.add(placement.id, was, will);
      }
    },
    finish: () => {
      const { unchanged } = found;
      const settings = [...differences(before, after)];
      const onClusters = rendered.finish();
      return {
        settings,
        placements: { total, unchanged, changed: total - unchanged },
        classes: [...found.finish(after.rates.currency)],
        ...(onClusters === undefined ? {} : { rendered: onClusters }),
        ...(moves.length === 0 ? {} : { moves: [...moves] }),
        breaks: [...lost.breaks, ...breaks.all(), ...replayed.breaks()],
        guardrails: [...replayed.changes()],
        cost: {
          currency: after.rates.currency,
          before: shownAmount(costBefore),
          after: shownAmount(costAfter),
        },
        notes: [
          ...notesOf(before, after, total - unchanged, {
            moved: moves.reduce((sum, { count }) => sum + count, 0),
            waves: onClusters?.waves.length ?? 0,
          }),
          ...lost.notes,
        ],
      };
    },
  };
}

function breakList() {
  const found = new Map<string, PlatformBreak>();
  return {
    add: (one: Break, placement?: string): void => {
      const key = `${one.kind}\n${one.message}`;
      const known = found.get(key) ?? { ...one, count: 0, examples: [] };
      const examples =
        placement !== undefined && known.examples.length < mostExamples
          ? [...known.examples, placement]
          : known.examples;
      found.set(key, {
        ...known,
        count: known.count + (placement === undefined ? 0 : 1),
        examples,
      });
    },
    all: (): readonly PlatformBreak[] => [...found.values()].toSorted((a, b) => b.count - a.count),
  };
}

function missingDrivers({
  after: { file: after },
  drivers,
}: PlatformChangeInput): readonly Break[] {
  return Object.entries(after.runtimes)
    .filter(([, { driver }]) => !drivers.includes(driver))
    .map(([name, { driver }]) => ({
      kind: 'runtime',
      message: `the runtime \`${name}\` needs the driver \`${driver}\`, which this server does not have`,
      fix: `It has: ${drivers.join(', ')}.`,
    }));
}

/** Containers need an engine on the agent's machine; refused while there is surely none. */
function missingEngine({ after: { file: after }, docker }: PlatformChangeInput): readonly Break[] {
  if (docker?.available !== false) return [];
  return Object.entries(after.runtimes)
    .filter(([, rule]) => rule.driver === 'agent' && rule.isolation === 'docker')
    .map(([name]) => ({
      kind: 'runtime',
      message: `the runtime \`${name}\` runs containers, and the agent has no container engine: ${docker.detail ?? 'none answers'}`,
      fix: 'Start a Docker Engine on the machine of the agent, or leave `isolation: process`.',
    }));
}

const placedIn = (
  { id, environment }: RunningPlacement,
  was: PlacedView | undefined,
  will: PlacedView | undefined,
) => ({ id, environment, before: was?.object, after: will?.object });

function notesOf(
  before: PlatformFile,
  after: PlatformFile,
  changed: number,
  { moved, waves }: { readonly moved: number; readonly waves: number },
): readonly string[] {
  const notes: string[] = [];
  if (moved > 0)
    notes.push(
      'What moves to another runtime does so at once, each by a rollout of its own; one that does not come up there stays where it is.',
    );
  if (changed > moved)
    notes.push(
      'What runs stays as it is: each change takes effect at the next rollout of its placement.',
    );
  if (waves > 0)
    notes.push(
      'What runs on clusters follows by itself, in waves: `pltf fleet status` shows how far it is.',
    );
  if (before.rates.currency !== after.rates.currency)
    notes.push(
      `Amounts are not converted from ${before.rates.currency} to ${after.rates.currency}.`,
    );
  return notes;
}
