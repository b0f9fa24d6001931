import { define } from '../../definition.ts';
import { name, placementOptions, why } from '../placement-options.ts';

export const resumeCommand = define({
  path: ['resume'],
  group: 'deliver',
  summary: 'Let a rollout that is held go on',
  arguments: { name },
  options: { ...placementOptions, why },
  examples: [
    {
      line: 'pltf resume users-api --env prod',
      does: 'goes on, and shows the rollout to its end',
    },
  ],
});
