import { type ChangeState, haltCauses, type Wave } from '@pltf/plan';
import { z } from 'zod';

/** What a placement was made with before a change, so that an abort can take it back. */
export const Earlier = z.object({
  version: z.number().int(),
  sized: z.object({ size: z.string(), memoryMiB: z.number(), cpu: z.number() }).optional(),
});
export type Earlier = z.infer<typeof Earlier>;

/** `superseded`: a newer version of the platform goes out instead. */
export type FleetState = ChangeState | 'superseded';

/** A version of the platform on its way to clusters. */
export interface FleetChange {
  readonly id: string;
  readonly toVersion: number;
  readonly state: FleetState;
  readonly waves: readonly Wave[];
  readonly before: Readonly<Record<string, Earlier>>;
  /** Why it was halted, or what somebody said who halted, resumed or aborted it. */
  readonly reason: string | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date | undefined;
}

const Instant = z.coerce.date().optional();

/** Waves as PostgreSQL keeps them. */
export const StoredWaves = z.array(
  z
    .object({
      rule: z.object({
        ring: z.string(),
        soakMs: z.number(),
        maxFailures: z.number(),
        deadlineMs: z.number(),
        mandatory: z.boolean(),
        deletions: z.number(),
        atOnce: z.number(),
      }),
      members: z.array(
        z
          .object({
            placement: z.string(),
            state: z.enum(['waiting', 'going', 'done', 'failed', 'held', 'back']),
            removal: z.boolean(),
            startedAt: Instant,
            reason: z.string().optional(),
          })
          .transform((member) => ({
            ...member,
            startedAt: member.startedAt,
            reason: member.reason,
          })),
      ),
      startedAt: Instant,
      settledAt: Instant,
      passedAt: Instant,
      halted: z.enum(haltCauses).optional(),
      accepted: z.number(),
      removalsAgreed: z.boolean(),
      unprovedAgreed: z.boolean().default(false),
    })
    .transform(
      (wave): Wave => ({
        ...wave,
        startedAt: wave.startedAt,
        settledAt: wave.settledAt,
        passedAt: wave.passedAt,
        halted: wave.halted,
      }),
    ),
);

export const isOpen = ({ state }: Pick<FleetChange, 'state'>): boolean =>
  state === 'running' || state === 'halted' || state === 'aborting';
