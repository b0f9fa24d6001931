import { define } from '../../../definition.ts';

export const guardrailListCommand = define({
  path: ['guardrail', 'list'],
  group: 'look',
  summary: 'List guardrails with what they find in everything that runs',
  examples: [{ line: 'pltf guardrail list', does: 'mode, and how many it denies or warns' }],
});
