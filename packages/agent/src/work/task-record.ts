import { Owner, TaskResult, WorkId } from '@pltf/contracts';
import { z } from 'zod';

/** What a task does, with every path resolved. */
export const TaskSpec = z.object({
  id: WorkId,
  owner: Owner,
  /** Empty: what the image of a container starts by itself. */
  command: z.array(z.string()),
  directory: z.string(),
  env: z.record(z.string(), z.string()),
  /** Files whose text belongs to the result, by the name of their variable. */
  files: z.record(z.string(), z.string()),
  timeoutMs: z.number().int().positive(),
  memoryMiB: z.number().int().positive(),
  cpu: z.number().positive(),
  volume: z.object({ source: z.string(), target: z.string() }).optional(),
  /** Runs in a container instead of a process; `directory` is not used then. */
  container: z
    .object({
      image: z.string(),
      user: z.string(),
      stopSignal: z.string(),
      placement: z.string(),
      hosts: z.array(z.object({ name: z.string(), address: z.string() })),
    })
    .optional(),
  /** Removed when the task has ended. */
  scratch: z.string().optional(),
});
export type TaskSpec = z.infer<typeof TaskSpec>;

/** On disk before the task starts: a later agent goes on from here and starts nothing twice. */
export const TaskRecord = z.object({
  version: z.literal(1),
  spec: TaskSpec,
  process: z
    .object({ pid: z.number().int(), startTime: z.number(), bootId: z.string() })
    .optional(),
  cgroup: z.array(z.string()).default([]),
  container: z.string().optional(),
  /** Why the platform is ending it, written before it does. */
  ending: z.enum(['timeout', 'cancelled']).optional(),
  result: TaskResult,
});
export type TaskRecord = z.infer<typeof TaskRecord>;
