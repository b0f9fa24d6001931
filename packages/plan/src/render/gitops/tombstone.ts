import { z } from 'zod';

/** Who had a placement taken out of a ring, when and why; stands where its manifest was. `movedTo`: it runs on, elsewhere. */
export const Tombstone = z.object({
  placement: z.string().max(200),
  by: z.string().max(200),
  at: z.iso.datetime(),
  why: z.string().max(500).optional(),
  /** The runtime that took it over in the cluster: nothing was deleted there. */
  movedTo: z.string().max(200).optional(),
});
export type Tombstone = z.infer<typeof Tombstone>;

export const writeTombstone = (tombstone: Tombstone): string =>
  `${JSON.stringify(Tombstone.parse(tombstone), undefined, 2)}\n`;

/** Undefined for what is none: somebody else's file. */
export function readTombstone(text: string): Tombstone | undefined {
  try {
    return Tombstone.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
