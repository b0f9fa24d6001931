import { define } from '../../../definition.ts';

export const platformInitCommand = define({
  path: ['platform', 'init'],
  group: 'people',
  summary: 'Write a platform.yaml to begin with, with its defaults explained',
  arguments: { folder: { summary: 'Where; this folder unless given', optional: true } },
  examples: [{ line: 'pltf platform init platform', does: 'then `pltf platform plan platform`' }],
});
