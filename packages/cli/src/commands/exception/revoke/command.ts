import { define } from '../../../definition.ts';

export const exceptionRevokeCommand = define({
  path: ['exception', 'revoke'],
  group: 'deliver',
  summary: 'End an exception before its time',
  arguments: { id: { summary: 'Exception' } },
  options: { reason: { type: 'text', value: 'TEXT', summary: 'Why it ends (required)' } },
  examples: [
    {
      line: 'pltf exception revoke exc_01h8xk2m3n4p5q6r7s8t9v0w1x --reason "We moved to the other region"',
      does: 'from now on the guardrail counts again',
    },
  ],
});
