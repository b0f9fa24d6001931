import { z } from 'zod';
import { Id } from '../names.ts';

/** One page of a list. `next` is absent on the last page. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().optional() });

export const PageQuery = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

export const IdParams = z.object({ id: Id });
export const Empty = z.object({});
/** Why a person does a thing; kept with the event and the audit entry. */
export const Why = z.string().max(500).optional();
/** What is said of a rollout. `platform`, on clusters: the newest version, also where the wave has not come yet. */
export const RolloutWish = { platform: z.literal('newest').optional(), why: Why };
