import { define } from '../../../definition.ts';

export const fleetWavesCommand = define({
  path: ['fleet', 'waves'],
  group: 'look',
  summary: 'Show the waves of a change with its placements, those that failed first',
  arguments: { change: { summary: 'Change; the newest when left out', optional: true } },
  examples: [{ line: 'pltf fleet waves', does: 'every ring with its placements' }],
});
