import { define } from '../../../definition.ts';
import { why } from '../../placement-options.ts';
import { letGo, takeOut } from '../plan/command.ts';

export const platformRevertCommand = define({
  path: ['platform', 'revert'],
  group: 'people',
  summary: 'Go back to an older version of the platform, by a new one',
  arguments: { version: { summary: 'Number of the older version' } },
  options: { 'let-go': letGo, 'take-out': takeOut, why },
  examples: [
    { line: 'pltf platform revert 3', does: 'back to what version 3 said; 0 is the built-in one' },
  ],
});
