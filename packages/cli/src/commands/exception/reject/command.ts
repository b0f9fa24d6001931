import { define } from '../../../definition.ts';

export const exceptionRejectCommand = define({
  path: ['exception', 'reject'],
  group: 'deliver',
  summary: 'Reject an exception that was asked for',
  arguments: { id: { summary: 'Exception' } },
  options: { reason: { type: 'text', value: 'TEXT', summary: 'Why not (required)' } },
  examples: [
    {
      line: 'pltf exception reject exc_01h8xk2m3n4p5q6r7s8t9v0w1x --reason "There is another way"',
      does: 'decides it',
    },
  ],
});
