import type { CallOptions, Client, RolloutView } from '@pltf/contracts';
import { choosePlacement, type PlacementWish } from '../api/placements.ts';
import { sendOnce } from '../api/send.ts';
import type { Context } from '../context.ts';
import { followRollout, latestEvent } from '../follow/rollout.ts';

/** Sends one request that begins a rollout. */
type Begin = (client: Client, placement: string, call: CallOptions) => Promise<RolloutView>;

/** Finds the placement, begins a rollout there and follows it to its end. */
export async function rollOut(
  context: Context,
  wish: PlacementWish,
  begin: Begin,
): Promise<number> {
  const client = await context.api();
  const placement = await choosePlacement(context, client, wish);
  const after = await latestEvent(client, placement.component);
  const started = await sendOnce((call) => begin(client, placement.id, call));
  return followRollout(context, client, started, after);
}

/** The newest version of the platform when that was asked for. */
export const platformWish = (newest: boolean): { readonly platform?: 'newest' } =>
  newest ? { platform: 'newest' } : {};

/** `{ why }` when a reason was given. */
export const because = (why: string | undefined): { readonly why?: string } =>
  why === undefined ? {} : { why };
