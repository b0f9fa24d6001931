import { define } from '../../../definition.ts';

export const guardrailTestCommand = define({
  path: ['guardrail', 'test'],
  group: 'people',
  summary: 'Run the suites of a public policy library, without a platform',
  details:
    'Finds suites of Gatekeeper (suite.yaml, templates in CEL) and of Kyverno (kyverno-test.yaml, ValidatingPolicy) below the folder and evaluates them with the engine of the guardrails. Your own guardrails bring their cases along: `pltf platform test` runs those.',
  arguments: { folder: { summary: 'Folder; this one unless given', optional: true } },
  examples: [
    { line: 'pltf guardrail test gatekeeper-library', does: 'exit code 0 when all of it passes' },
  ],
});
