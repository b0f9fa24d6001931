import { define } from '../../definition.ts';

export const statusCommand = define({
  path: ['status'],
  group: 'begin',
  summary: 'Whether the platform answers, and who you are to it',
  examples: [
    {
      line: 'pltf status',
      does: 'exit code 0 when everything answers, 1 when something is down, 75 when nothing does',
    },
  ],
});
