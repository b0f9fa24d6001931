import { define } from '../../definition.ts';

export const schemaCommand = define({
  path: ['schema'],
  group: 'tools',
  summary: 'Print the JSON Schema of the thin file',
  examples: [{ line: 'pltf schema', does: 'for editors, which then complete pltf.yaml' }],
});
