import { z } from 'zod';
import { Instant } from './names.ts';

/** Personal data on its way from one place to another, as declared by needs. */
export const DataFlow = z.object({
  from: z.string(),
  to: z.string(),
  /** To another component, to a backing service of its own, or to one that several share. */
  kind: z.enum(['service', 'backing-service', 'resource']),
  /** The name of the need that declares it. */
  need: z.string(),
  /** What the first one holds, and so may hand over. */
  classes: z.array(z.string()),
  /** What comes back: what the other one holds. */
  returns: z.array(z.string()),
  environments: z.array(z.string()),
  /** Classes that arrive at a component which does not declare them. */
  undeclared: z.array(z.string()),
});
export type DataFlow = z.infer<typeof DataFlow>;

/** Which component holds which classes, and where they go: the portal's map. */
export const PrivacyMap = z.object({
  asOf: Instant,
  holders: z.array(
    z.object({
      component: z.string(),
      owner: z.string(),
      classes: z.array(z.string()),
      /** One of the classes needs more than the rest. */
      special: z.boolean(),
    }),
  ),
  flows: z.array(DataFlow),
});
export type PrivacyMap = z.infer<typeof PrivacyMap>;

/** What a legal review needs to know of one component, as the platform knows it. */
export const PrivacyRecord = z.object({
  component: z.string(),
  owner: z.string(),
  organisation: z.string(),
  /** What it is for, in its owner's words. */
  purpose: z.string(),
  asOf: Instant,
  /** Of the thin file and the rules that it was made from. */
  digest: z.string(),
  classes: z.array(z.object({ id: z.string(), title: z.string(), special: z.boolean() })),
  environments: z.array(
    z.object({
      environment: z.string(),
      region: z.string(),
      encryptedAtRest: z.boolean(),
      encryptedInTransit: z.boolean(),
      retention: z.string().optional(),
      /** Five cron fields, UTC: when what is too old has to go. */
      deletionSchedule: z.string().optional(),
      maskedLogs: z.boolean(),
      addresses: z.array(z.object({ host: z.string(), public: z.boolean(), signIn: z.boolean() })),
      stores: z.array(z.object({ need: z.string(), what: z.string(), encrypted: z.boolean() })),
    }),
  ),
  sends: z.array(DataFlow),
  receives: z.array(DataFlow),
  /** What guardrails on personal data say of it, with exceptions. */
  findings: z.array(
    z.object({
      guardrail: z.string(),
      environment: z.string().optional(),
      state: z.string(),
      message: z.string().optional(),
      exception: z.string().optional(),
    }),
  ),
  /** What is the application's to do, since the platform cannot see into it. */
  duties: z.array(z.string()),
});
export type PrivacyRecord = z.infer<typeof PrivacyRecord>;
