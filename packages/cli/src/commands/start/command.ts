import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const startCommand = define({
  path: ['start'],
  group: 'deliver',
  summary: 'Start what was stopped',
  arguments: { name },
  options: { ...placementOptions, why },
  examples: [
    { line: 'pltf start users-api --env staging', does: 'starts the release that served last' },
  ],
});
