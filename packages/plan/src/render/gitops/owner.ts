import { z } from 'zod';

/** Which installation writes a ring; stands beside its buckets, so that a second one does not write over it. */
const Owner = z.object({
  /** Eight hexadecimal digits. */
  platform: z.string().min(1).max(64),
  portal: z.string().max(500).optional(),
});
export type Owner = z.infer<typeof Owner>;

export const writeOwner = (owner: Owner): string =>
  `${JSON.stringify(Owner.parse(owner), undefined, 2)}\n`;

/** Undefined for what says nothing of an owner. */
export function readOwner(text: string): Owner | undefined {
  try {
    return Owner.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
