import { define } from '../../../definition.ts';
import { why } from '../../placement-options.ts';
import { folder, letGo, takeOut } from '../plan/command.ts';

export const platformApplyCommand = define({
  path: ['platform', 'apply'],
  group: 'people',
  summary: 'Make the files of a folder the platform, after showing the plan',
  details:
    'Does exactly the plan that it shows. When somebody else changed the platform in between, nothing is done and it says what.',
  arguments: { folder },
  options: { 'let-go': letGo, 'take-out': takeOut, why },
  examples: [
    {
      line: 'pltf platform apply --why "larger small size"',
      does: 'asks before it does; with --yes it does not ask',
    },
  ],
});
