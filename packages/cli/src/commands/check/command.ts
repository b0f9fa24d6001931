import { define } from '../../definition.ts';

export const checkCommand = define({
  path: ['check'],
  group: 'make',
  summary: 'Check thin files and Score files against every guardrail',
  details:
    'Says every problem at once, each with file:line:column, what was expected and how to solve it. With facts of the ' +
    'platform (`pltf plan --save-facts`) its own guardrails, sizes and offers count, else those that ship. Nothing is ' +
    'asked of a platform. Exit code 1 when a file is not valid or an enforced guardrail denies it.',
  arguments: {
    files: {
      summary: 'Files; pltf.yaml or score.yaml here unless given',
      optional: true,
      many: true,
    },
  },
  options: {
    format: {
      type: 'text',
      value: 'FORMAT',
      summary: 'How to say it; text unless given',
      choices: ['text', 'json', 'sarif', 'junit', 'github'],
    },
    fix: { type: 'flag', summary: 'Apply the remedies that were tried against all guardrails' },
    builtin: { type: 'flag', summary: "Leave saved facts aside: a newcomer's platform" },
  },
  examples: [
    { line: 'pltf check', does: 'exit code 0 when pltf.yaml is valid and allowed, 1 when not' },
    { line: 'pltf check services/*/pltf.yaml --format sarif', does: 'findings for a code host' },
    { line: 'pltf check --fix', does: 'writes the remedies into the file and checks again' },
  ],
});
