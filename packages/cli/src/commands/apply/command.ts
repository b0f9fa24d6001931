import { define } from '../../definition.ts';
import { why } from '../placement-options.ts';

export const applyCommand = define({
  path: ['apply'],
  group: 'make',
  summary: 'Do what `pltf plan` shows: create the component, or change it',
  details:
    'Shows the plan, asks, then does exactly that. When something changed in between, nothing is done and you are told ' +
    'what. A new component is created with this thin file; for one that is there the thin file is committed to the ' +
    'default branch, and its pipeline and rollouts follow. What fails is put back.',
  options: {
    file: {
      type: 'text',
      short: 'f',
      value: 'FILE',
      summary: 'Thin file; pltf.yaml or score.yaml here unless given; - reads it from stdin',
    },
    why,
  },
  examples: [
    { line: 'pltf apply', does: 'shows the plan of pltf.yaml, asks, and does it' },
    { line: 'pltf apply --yes --json', does: 'does it unattended, and prints the operation' },
  ],
});
