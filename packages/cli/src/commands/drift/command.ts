import { define } from '../../definition.ts';
import { placementOptions } from '../placement-options.ts';

export const driftCommand = define({
  path: ['drift'],
  group: 'look',
  summary: 'Show what somebody changed by hand where it runs',
  details:
    'Looks it up where it runs. Without a name: every placement with drift, as it was seen last. Ends with 2 when there is some.',
  arguments: {
    name: { summary: 'Component, or placement', optional: true, completes: 'component' },
  },
  options: placementOptions,
  examples: [
    { line: 'pltf drift users-api --env prod', does: 'who changed what, and what to do' },
    { line: 'pltf drift', does: 'everywhere' },
  ],
});
