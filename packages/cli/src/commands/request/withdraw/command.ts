import { define } from '../../../definition.ts';

export const requestWithdrawCommand = define({
  path: ['request', 'withdraw'],
  group: 'deliver',
  summary: 'Take back a request of your own',
  arguments: { id: { summary: 'Request' } },
  options: { reason: { type: 'text', value: 'TEXT', summary: 'Why, if you like to say' } },
  examples: [
    { line: 'pltf request withdraw ask_01h8xk2m3n4p5q6r7s8t9v0w1x', does: 'nobody has to answer' },
  ],
});
