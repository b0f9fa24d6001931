import { z } from 'zod';
import { ComponentName } from '../names.ts';
import { Plan, PlanParts } from '../plan.ts';
import { PlatformFacts } from '../platform-facts.ts';
import { PrivacyMap, PrivacyRecord } from '../privacy-record.ts';
import { OperationView } from './catalog.ts';
import { endpoint } from './endpoint.ts';
import { Why } from './shapes.ts';

const tag = 'plans';

/** A thin file (or Score workload) as it is written. */
const Text = z.string().min(1).max(65_536);
const FileName = z.string().min(1).max(300);

export const plansApi = {
  planThinFile: endpoint({
    method: 'POST',
    path: '/plans/component',
    tag,
    action: 'component:read',
    summary: 'What applying a thin file would do: items, verdicts, cost, and why; changes nothing',
    readsOnly: true,
    body: z.object({ text: Text, fileName: FileName.default('pltf.yaml') }),
    answer: Plan,
  }),
  componentPlan: endpoint({
    method: 'GET',
    path: '/components/:component/plan',
    tag,
    action: 'component:read',
    summary:
      'The plan of a component as it was applied last, by the rules of now: verdicts, cost, why',
    params: z.object({ component: ComponentName }),
    answer: Plan,
  }),
  platformFacts: endpoint({
    method: 'GET',
    path: '/platform/facts',
    tag,
    action: 'component:read',
    summary: 'What a plan is made with besides the thin file, to plan without the platform',
    query: z.object({
      /** Names of the components whose present state to tell, separated by commas. */
      components: z
        .string()
        .max(2_100)
        .regex(/^[a-z0-9,-]*$/, 'names, separated by commas')
        .optional(),
    }),
    answer: PlatformFacts,
  }),
  privacyRecord: endpoint({
    method: 'GET',
    path: '/components/:component/privacy-record',
    tag,
    action: 'component:read',
    summary: 'What a legal review needs to know of the personal data of a component',
    params: z.object({ component: ComponentName }),
    answer: PrivacyRecord,
  }),
  privacyMap: endpoint({
    method: 'GET',
    path: '/privacy-map',
    tag,
    action: 'component:read',
    summary: 'Which component holds which classes of personal data, and where they go',
    answer: PrivacyMap,
  }),
  applyThinFile: endpoint({
    method: 'POST',
    path: '/plans/apply',
    tag,
    action: 'component:create',
    summary: 'Do exactly what was planned, or say what changed in between',
    body: z.object({
      text: Text,
      fileName: FileName.default('pltf.yaml'),
      /** Of the plan that was shown. */
      digest: z.string().max(80),
      /** The parts of that plan, to be told which of them changed. */
      parts: PlanParts.optional(),
      why: Why,
    }),
    answer: OperationView,
    status: 202,
  }),
};
