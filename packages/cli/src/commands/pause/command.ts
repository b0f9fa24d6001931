import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const pauseCommand = define({
  path: ['pause'],
  group: 'deliver',
  summary: 'Hold a rollout where it is; the release before serves on',
  arguments: { name },
  options: { ...placementOptions, why },
  examples: [
    {
      line: 'pltf pause users-api --env prod',
      does: 'holds what is being rolled out; `pltf resume` lets it go on',
    },
  ],
});
