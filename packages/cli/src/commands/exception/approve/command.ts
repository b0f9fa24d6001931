import { define } from '../../../definition.ts';

export const exceptionApproveCommand = define({
  path: ['exception', 'approve'],
  group: 'deliver',
  summary: 'Approve an exception, after showing what it exempts',
  details:
    'Never by who asked for it. A flagged one is approved anew, with --owner for another person.',
  arguments: { id: { summary: 'Exception' } },
  options: {
    reason: { type: 'text', value: 'TEXT', summary: 'Why it is right (required)' },
    owner: { type: 'text', value: 'USER', summary: 'Who answers for it from now on' },
  },
  examples: [
    {
      line: 'pltf exception approve exc_01h8xk2m3n4p5q6r7s8t9v0w1x --reason "Contract is signed"',
      does: 'shows what it exempts and asks',
    },
  ],
});
