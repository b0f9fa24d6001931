import { define } from '../../../definition.ts';
import { name, placementOptions, why } from '../../placement-options.ts';
import { choiceOptions } from '../choice.ts';

export const driftAdoptCommand = define({
  path: ['drift', 'adopt'],
  group: 'deliver',
  summary: 'Keep what was changed by hand: write it into the thin file',
  details:
    'One commit on the default branch, in your name; it goes the ordinary way of every change, guardrails included.',
  arguments: { name },
  options: { ...placementOptions, ...choiceOptions, why },
  examples: [
    {
      line: 'pltf drift adopt users-api --env prod --field .spec.replicas',
      does: 'sets run.instances of prod to what runs',
    },
  ],
});
