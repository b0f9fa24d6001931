import { define } from '../../definition.ts';
import { name, placementOptions } from '../placement-options.ts';

export const openCommand = define({
  path: ['open'],
  group: 'look',
  summary: 'Print the address of a component, and open it',
  arguments: { name },
  options: {
    ...placementOptions,
    page: { type: 'flag', summary: 'Its page in the portal instead' },
    print: { type: 'flag', summary: 'Only print it' },
  },
  examples: [
    { line: 'pltf open users-api --env prod', does: 'opens what users see' },
    { line: 'pltf open users-api --page', does: 'opens its page in the portal' },
  ],
});
