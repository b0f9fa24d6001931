import { define } from '../../../definition.ts';

export const requestShowCommand = define({
  path: ['request', 'show'],
  group: 'look',
  summary: 'Show a request with its decision',
  arguments: { id: { summary: 'Request' } },
  examples: [
    { line: 'pltf request show ask_01h8xk2m3n4p5q6r7s8t9v0w1x', does: 'everything about it' },
  ],
});
