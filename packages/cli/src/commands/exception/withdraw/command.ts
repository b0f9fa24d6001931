import { define } from '../../../definition.ts';

export const exceptionWithdrawCommand = define({
  path: ['exception', 'withdraw'],
  group: 'deliver',
  summary: 'Take back an exception that you asked for',
  arguments: { id: { summary: 'Exception' } },
  options: { reason: { type: 'text', value: 'TEXT', summary: 'Why, if you like to say' } },
  examples: [
    {
      line: 'pltf exception withdraw exc_01h8xk2m3n4p5q6r7s8t9v0w1x --reason "Not needed"',
      does: 'nobody has to decide it any more',
    },
  ],
});
