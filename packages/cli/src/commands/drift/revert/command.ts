import { define } from '../../../definition.ts';
import { name, placementOptions, why } from '../../placement-options.ts';
import { choiceOptions } from '../choice.ts';

export const driftRevertCommand = define({
  path: ['drift', 'revert'],
  group: 'deliver',
  summary: 'Take back what was changed by hand',
  details: 'All drifted fields of an object go back together.',
  arguments: { name },
  options: { ...placementOptions, ...choiceOptions, why },
  examples: [
    {
      line: 'pltf drift revert users-api --env prod --object "Deployment users-api"',
      does: 'makes this object as the platform asks',
    },
  ],
});
