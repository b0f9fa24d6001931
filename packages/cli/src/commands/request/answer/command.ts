import { define } from '../../../definition.ts';

export const requestAnswerCommand = define({
  path: ['request', 'answer'],
  group: 'deliver',
  summary: 'Accept or decline a request, with a reason',
  arguments: {
    id: { summary: 'Request' },
    decision: { summary: 'accept or decline', choices: ['accept', 'decline'] },
  },
  options: { reason: { type: 'text', value: 'TEXT', summary: 'Why (required)' } },
  examples: [
    {
      line: 'pltf request answer ask_01h8xk2m3n4p5q6r7s8t9v0w1x accept --reason "In the next golden path"',
      does: 'decides it',
    },
  ],
});
