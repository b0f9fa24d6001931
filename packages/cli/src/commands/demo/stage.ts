import { type Client, type PlacementView, PltfError } from '@pltf/contracts';
import type { Context } from '../../context.ts';
import { followUntil } from '../../follow/follow-until.ts';
import { sleep, watchEvents } from '../../follow/watch.ts';
import type { Narrator } from './narrator.ts';
import { type Answer, gist, visit } from './visit.ts';

/** What every step of the demonstration works with. */
export interface Stage {
  readonly context: Context;
  readonly client: Client;
  readonly narrator: Narrator;
  readonly user: string;
}

export interface Visited {
  readonly url: string;
  readonly answer: Answer;
}

const answerMs = 60_000;
const lookMs = 30;

/** Visits an address until it answers well, and, when a text is given, answers with that. */
export async function answering(signal: AbortSignal, url: string, text?: string): Promise<Visited> {
  const deadline = Date.now() + answerMs;
  for (;;) {
    const answer = await visit(url);
    const good = answer !== undefined && answer.status < 400;
    if (good && (text === undefined || answer.text.includes(text))) return { url, answer };
    if (Date.now() > deadline) {
      const how =
        answer === undefined ? 'does not answer' : `answers ${answer.status}: ${gist(answer)}`;
      throw new PltfError('health-timeout', { detail: `${url} ${how}` });
    }
    await sleep(lookMs, signal);
    if (signal.aborted) throw interrupted();
  }
}

/** How long one step may take before the demonstration gives up. Milliseconds. */
const stepMs = 180_000;

/** Reads until it is done, looking at each event of the component. */
export async function awaited<T>(
  { context, client }: Stage,
  component: string,
  read: () => Promise<T>,
  isDone: (state: T) => boolean,
): Promise<T> {
  const deadline = Date.now() + stepMs;
  const giveUp = () => {
    if (Date.now() < deadline) return;
    throw new PltfError('unavailable', {
      detail: `${component}: nothing came of it in ${stepMs / 1000} s`,
      fix: `\`pltf show ${component}\` and \`pltf activity ${component}\` show where it stands.`,
    });
  };
  const state = await followUntil({
    read,
    watch: watchEvents(client, { component }, context.interrupted),
    isDone,
    show: giveUp,
    interrupted: context.interrupted,
    resume: '`pltf demo` goes on from here once the platform is back.',
  });
  if (state === undefined) throw interrupted();
  return state;
}

/** What Ctrl-C is turned into where a value is expected. */
export const interrupted = (): Error => new DOMException('interrupted', 'AbortError');

/** Waits until a placement serves a release; throws when its rollout ends otherwise. */
export async function serving(
  stage: Stage,
  component: string,
  fits: (placement: PlacementView) => boolean,
  release: number,
): Promise<PlacementView> {
  const read = async () => {
    const { placements } = await stage.client.getComponent({ params: { component } });
    return placements.find(fits);
  };
  const placement = await awaited(
    stage,
    component,
    read,
    (found) => served(found, release) || failed(found, release),
  );
  if (placement !== undefined && served(placement, release)) return placement;
  const reason = placement?.rollout?.reason;
  throw new PltfError('rollout-failed', {
    detail: `${placement?.id ?? component}: release #${release} does not serve${reason === undefined ? '' : `. ${reason.detail}`}`,
    ...(reason === undefined ? {} : { fix: reason.fix }),
  });
}

const served = (placement: PlacementView | undefined, release: number): boolean =>
  placement?.serving?.number === release && placement.rollout?.state !== 'running';

const failed = (placement: PlacementView | undefined, release: number): boolean =>
  placement?.rollout?.to === release &&
  (placement.rollout.state === 'failed' || placement.rollout.state === 'rolled-back');
