import { define } from '../../../definition.ts';
import { folder } from '../plan/command.ts';

export const platformTestCommand = define({
  path: ['platform', 'test'],
  group: 'people',
  summary: 'Test guardrails and golden paths of a folder, without a platform',
  details:
    'Reads platform.yaml and guardrails/, evaluates every guardrail on its own cases, and renders every golden path in golden-paths/ as a newcomer gets it.',
  arguments: { folder },
  examples: [{ line: 'pltf platform test', does: 'exit code 0 when all of it passes, 1 when not' }],
});
