import type { PublishedSchemaName } from '@pltf/plan';
import { define } from '../../definition.ts';

export const schemaCommand = define({
  path: ['schema'],
  group: 'tools',
  summary: 'Print the JSON Schema of a file that people write',
  details:
    'A platform serves them too, at /schemas/thin-file.json and so on: name that address in the editor to have it complete and check the file.',
  arguments: {
    file: {
      summary: 'Which file; thin-file unless given',
      optional: true,
      choices: ['thin-file', 'platform-file', 'guardrail'] satisfies readonly PublishedSchemaName[],
    },
  },
  examples: [
    { line: 'pltf schema', does: 'for editors, which then complete pltf.yaml' },
    { line: 'pltf schema guardrail', does: 'the same for a guardrail' },
  ],
});
