import { define } from '../../definition.ts';

export const versionCommand = define({
  path: ['version'],
  group: 'tools',
  summary: 'Print the version',
  examples: [{ line: 'pltf version', does: "of this program; `pltf status` shows the platform's" }],
});
