import type { Option } from '../definition.ts';

/** Which placement of a component a command is about. */
export const placementOptions = {
  env: {
    type: 'text',
    value: 'ENV',
    summary: 'Environment, like prod; or a placement, like users-api.prod',
  },
  branch: { type: 'text', value: 'BRANCH', summary: 'The preview of this branch' },
} as const satisfies Readonly<Record<string, Option>>;

export const newestPlatform = {
  type: 'flag',
  summary: 'On clusters: with the newest version of the platform, also where its wave has not come',
} as const satisfies Option;

export const why = {
  type: 'text',
  value: 'TEXT',
  summary: 'Why; kept with the event and the audit entry',
} as const satisfies Option;

export const name = { summary: 'Name of the component', completes: 'component' } as const;
