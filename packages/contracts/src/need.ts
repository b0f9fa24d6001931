import { z } from 'zod';
import { ComponentName } from './names.ts';

/** How an offer or one of its plans is named: `postgres`, `small`. */
export const OfferName = z
  .string()
  .max(40)
  .regex(/^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/, 'lower-case letters, digits and single dashes');

/** The name of a secret that the platform keeps. */
export const SecretName = z
  .string()
  .max(63)
  .regex(/^[a-z](?:[a-z0-9]|[-_.](?=[a-z0-9]))*$/, 'lower-case letters, digits, dots and dashes');

/** What a program needs from outside, under the name that it has in the program. */
export const Need = z.discriminatedUnion('kind', [
  /** A backing service of its own, from an offer of the platform file. */
  z.object({
    kind: z.literal('offer'),
    offer: OfferName,
    plan: OfferName,
    /** Components that name the same identity share one: `redis.default#main-cache`, from Score's resources with an id. */
    shared: z.string().max(200).optional(),
  }),
  /** Another service: its address, an edge in the catalogue, and permission on the network. */
  z.object({ kind: z.literal('service'), service: ComponentName }),
  /** A backing service that several share: a component of kind `resource`. */
  z.object({ kind: z.literal('resource'), resource: ComponentName }),
  z.object({ kind: z.literal('secret'), secret: SecretName }),
]);
export type Need = z.infer<typeof Need>;
