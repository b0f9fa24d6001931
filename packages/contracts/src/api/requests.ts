import { z } from 'zod';
import { AnswerRequest, IntakeState, NewRequest, RequestView } from '../intake.ts';
import { ComponentName, TeamName } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { IdParams, PageQuery, page } from './shapes.ts';

const tag = 'policy';
const read = 'policy:read' as const;

/** Intake of what does not fit a golden path. */
export const requestsApi = {
  listRequests: endpoint({
    method: 'GET',
    path: '/requests',
    tag,
    action: read,
    summary: 'Requests for what does not fit a golden path, newest first',
    query: z.object({
      ...PageQuery,
      state: IntakeState.optional(),
      component: ComponentName.optional(),
      owner: TeamName.optional(),
      /** Only those that have waited longer than promised. */
      overdue: z.stringbool().optional(),
    }),
    answer: page(RequestView),
  }),
  getRequest: endpoint({
    method: 'GET',
    path: '/requests/:id',
    tag,
    action: read,
    summary: 'One request',
    params: IdParams,
    answer: RequestView,
  }),
  createRequest: endpoint({
    method: 'POST',
    path: '/requests',
    tag,
    action: 'request:create',
    summary: 'Ask for what does not fit; goes to an accountable team with a promised answer time',
    body: NewRequest,
    answer: RequestView,
    status: 201,
  }),
  answerRequest: endpoint({
    method: 'POST',
    path: '/requests/:id/answer',
    tag,
    action: 'request:answer',
    summary: 'Accept or decline a request, with a reason',
    params: IdParams,
    body: AnswerRequest,
    answer: RequestView,
  }),
  withdrawRequest: endpoint({
    method: 'POST',
    path: '/requests/:id/withdraw',
    tag,
    action: 'request:create',
    summary: 'Take back a request of your own',
    params: IdParams,
    body: z.object({ reason: z.string().trim().max(2000).default('') }),
    answer: RequestView,
  }),
};
