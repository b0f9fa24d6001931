import { define } from '../../definition.ts';
import { name, why } from '../placement-options.ts';

export const deleteCommand = define({
  path: ['delete'],
  group: 'make',
  summary: 'Delete a component and everything of it',
  arguments: { name },
  options: { why },
  examples: [
    {
      line: 'pltf delete users-api',
      does: 'says what will go, asks for the name, ends when all is gone and prints the receipt',
    },
    { line: 'pltf delete users-api --yes --json', does: 'does it unattended' },
  ],
});
