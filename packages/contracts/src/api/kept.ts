import { z } from 'zod';
import { PlacementId } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { Why } from './shapes.ts';

/** Something of a placement that is not wanted any more, and that cannot be made again once it is gone. */
export const KeptObject = z.object({
  /** What to say to have it deleted: `volume volume-users-api`, `CustomResourceDefinition things.example.com`. */
  what: z.string(),
  because: z.string(),
});
export type KeptObject = z.infer<typeof KeptObject>;

const tag = 'runtime';
const params = z.object({ placement: PlacementId });

export const keptApi = {
  listKept: endpoint({
    method: 'GET',
    path: '/placements/:placement/kept',
    tag,
    action: 'component:read',
    summary: 'What is not wanted any more, and stays until somebody confirms that it may go',
    params,
    answer: z.object({ items: z.array(KeptObject) }),
  }),
  prune: endpoint({
    method: 'POST',
    path: '/placements/:placement/prune',
    tag,
    action: 'component:delete',
    summary: 'Delete what is kept, by name: what is in it is gone for good',
    params,
    body: z.object({
      confirm: z.array(z.string().min(1).max(300)).min(1).max(20),
      why: Why,
    }),
    answer: z.object({ gone: z.array(z.string()) }),
  }),
};
