import { define } from '../../../definition.ts';

export const platformShowCommand = define({
  path: ['platform', 'show'],
  group: 'people',
  summary: 'Show the platform as it is: version, environments, sizes, where it is changed',
  options: {
    version: { type: 'number', value: 'N', minimum: 0, summary: 'An older version' },
    write: { type: 'text', value: 'FOLDER', summary: 'Write its files there' },
  },
  examples: [
    { line: 'pltf platform show', does: 'what is in force, and where it is changed' },
    { line: 'pltf platform show --write platform', does: 'its files, to change and apply them' },
  ],
});
