import { z } from 'zod';
import { ExecOutput, LogLine } from '../agent/observed.ts';
import { Id, Instant, PlacementId } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { Empty, Why } from './shapes.ts';

export const TaskView = z.object({
  id: Id,
  placement: PlacementId,
  /** Empty: the job's own program. */
  command: z.array(z.string()),
  /** The time by its schedule at which it was due; absent where somebody asked for it. */
  due: Instant.optional(),
  state: z.enum(['running', 'passed', 'failed']),
  exitCode: z.number().int().optional(),
  ended: z.string().optional(),
  requestedBy: z.string(),
  startedAt: Instant,
  finishedAt: Instant.optional(),
});
export type TaskView = z.infer<typeof TaskView>;

/** Characters that a command inside an instance may be given to read. */
export const longestStdin = 262_144;

const tag = 'runtime';
const params = z.object({ placement: PlacementId });
const action = 'component:operate' as const;

/** Commands inside instances, and beside them. */
export const tasksApi = {
  execCommand: endpoint({
    method: 'POST',
    path: '/placements/:placement/exec',
    tag,
    action,
    stream: 'ndjson',
    summary: 'Run a command inside an instance that runs; who did it and what is an event',
    params,
    body: z.object({
      command: z.array(z.string().max(4000)).min(1).max(100),
      /** What the command reads, and then its end; absent: nothing. */
      stdin: z.string().max(longestStdin).optional(),
      /** One that runs; absent: one that is healthy. */
      instance: z.string().max(253).optional(),
      why: Why,
    }),
    answer: ExecOutput,
  }),
  runTask: endpoint({
    method: 'POST',
    path: '/placements/:placement/tasks',
    tag,
    action,
    summary: 'Run a one-off command in the release and environment of a placement, or its job now',
    params,
    body: z.object({
      /** Absent: the job's own program. */
      command: z.array(z.string().max(4000)).min(1).max(100).optional(),
      timeoutMs: z.number().int().min(1000).max(86_400_000).default(3_600_000),
      why: Why,
    }),
    answer: TaskView,
    status: 202,
  }),
  getTask: endpoint({
    method: 'GET',
    path: '/tasks/:id',
    tag,
    action: 'component:read',
    summary: 'One task',
    params: z.object({ id: Id }),
    answer: TaskView,
  }),
  taskLog: endpoint({
    method: 'GET',
    path: '/tasks/:id/log',
    tag,
    action: 'component:read',
    stream: 'ndjson',
    summary: 'Output of a task; `follow=true` stays until it ends',
    params: z.object({ id: Id }),
    query: z.object({ follow: z.stringbool().default(false) }),
    answer: LogLine,
  }),
  cancelTask: endpoint({
    method: 'DELETE',
    path: '/tasks/:id',
    tag,
    action,
    summary: 'Cancel a task',
    params: z.object({ id: Id }),
    answer: Empty,
    status: 202,
  }),
};
