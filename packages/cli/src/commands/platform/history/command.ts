import { define } from '../../../definition.ts';

export const platformHistoryCommand = define({
  path: ['platform', 'history'],
  group: 'people',
  summary: 'List the versions of the platform: who, when, why, and what each touched',
  examples: [{ line: 'pltf platform history', does: 'newest first' }],
});
