import type { PlacementNote, PlatformFile, Spec } from '@pltf/contracts';
import { leftOutOnAgent } from '@pltf/plan/render';
import { runtimeIn } from '../runtimes.ts';
import { runtimeWay } from './desired.ts';
import type { Placement } from './placement.ts';

/**
 * What a placement on an agent asks for and does not get, in the user's terms: an agent is told only what it can do, so it
 * cannot say this itself. Nothing of one on a cluster, which does.
 */
export function agentLacks(
  platform: PlatformFile,
  placement: Pick<Placement, 'environment' | 'hosts' | 'runtime'>,
  { run: runs, needs, unmet }: Pick<Spec, 'needs' | 'run' | 'unmet'>,
  routerPort: number,
): readonly PlacementNote[] {
  const { environment, runtime = runtimeIn(platform, environment) } = placement;
  const run = runs[environment];
  if (run === undefined || platform.runtimes[runtime]?.driver !== 'agent') return [];
  const source = { run, needs: needs[environment] ?? {} };
  const { place } = runtimeWay(platform, placement, source, { repository: '', routerPort });
  return [
    ...Object.entries(unmet?.[environment] ?? {}).map(([need, because]) => ({
      what: `need ${need}`,
      because,
    })),
    ...leftOutOnAgent(run, place).map(({ what, because }) => ({ what, because })),
  ];
}
