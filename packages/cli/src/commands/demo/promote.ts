import { type PlacementView, PltfError } from '@pltf/contracts';
import { sendOnce } from '../../api/send.ts';
import type { Pushed } from './push-change.ts';
import { answering, awaited, type Stage, serving } from './stage.ts';

export interface Address {
  readonly environment: string;
  readonly url: string;
}

/** Promotes the release that was pushed as soon as the environment before has it, and visits what serves then. */
export async function takeToProduction(
  stage: Stage,
  component: string,
  review: string,
  { release, text }: Pushed,
): Promise<readonly Address[]> {
  const { client, narrator } = stage;
  const follows = ({ id, branch, serving: now, rollout }: PlacementView) =>
    id !== review && branch === undefined && (now?.number === release || rollout?.to === release);
  await narrator.step(
    `Staging follows with release #${release}`,
    () => serving(stage, component, follows, release),
    ({ url }) => url,
  );
  const promote = async () => {
    const body = { why: 'the demonstration' };
    const started = await sendOnce((call) => client.promote({ params: { component }, body }, call));
    const read = () => client.getRollout({ params: { id: started.id } });
    const rollout = await awaited(stage, component, read, ({ state }) => state !== 'running');
    if (rollout.state === 'done') return rollout;
    throw new PltfError('rollout-failed', {
      detail: `${rollout.placement}: ${rollout.state}. ${rollout.reason?.detail ?? ''}`.trim(),
      ...(rollout.reason === undefined ? {} : { fix: rollout.reason.fix }),
    });
  };
  const rollout = await narrator.step(
    'Promote to production',
    promote,
    ({ to }) => `release #${to}, not built again`,
  );
  const { placements } = await client.getComponent({ params: { component } });
  const url = placements.find(({ id }) => id === rollout.placement)?.url;
  if (url !== undefined) {
    await narrator.step(
      `${rollout.environment} answers`,
      () => answering(stage.context.interrupted, url, text),
      () => url,
    );
  }
  return placements.flatMap(({ environment, url: address }) =>
    address === undefined ? [] : [{ environment, url: address }],
  );
}
