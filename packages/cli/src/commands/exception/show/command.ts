import { define } from '../../../definition.ts';

export const exceptionShowCommand = define({
  path: ['exception', 'show'],
  group: 'look',
  summary: 'Show an exception: why, who answers, what it exempts right now',
  arguments: { id: { summary: 'Exception' } },
  examples: [
    { line: 'pltf exception show exc_01h8xk2m3n4p5q6r7s8t9v0w1x', does: 'everything about it' },
  ],
});
