import { define } from '../../../definition.ts';

export const fleetReleaseCommand = define({
  path: ['fleet', 'release'],
  group: 'deliver',
  summary: 'Let changes of the platform reach a held placement again',
  arguments: { placement: { summary: 'Placement, like users-api.prod' } },
  examples: [{ line: 'pltf fleet release users-api.prod', does: 'from the next change on' }],
});
