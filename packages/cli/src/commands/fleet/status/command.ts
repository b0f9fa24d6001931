import { define } from '../../../definition.ts';

export const fleetStatusCommand = define({
  path: ['fleet', 'status'],
  group: 'look',
  summary: 'Show how far a change of the platform is on its way to clusters',
  details: 'Exit code 1 while it is halted, so that a pipeline notices.',
  examples: [{ line: 'pltf fleet status', does: 'the change, its waves, and what is held back' }],
});
