import { define } from '../../definition.ts';

export const planCommand = define({
  path: ['plan'],
  group: 'make',
  summary: 'Show what applying pltf.yaml would do; changes nothing',
  details:
    'Files, placements, addresses, backing services, the verdict of every guardrail, and the cost. Exit code 0 when ' +
    'nothing would change, 2 when something would, 1 when it is denied or not valid. Score files are planned too.',
  options: {
    'file': {
      type: 'text',
      short: 'f',
      value: 'FILE',
      summary: 'Thin file; pltf.yaml or score.yaml here unless given; - reads it from stdin',
    },
    'why': {
      type: 'text',
      value: 'PATH',
      summary: 'Say where one value comes from: run.size, prod.region, owner',
    },
    'offline': {
      type: 'flag',
      summary: 'Plan without a platform, with the facts saved last; says how old they are',
    },
    'save-facts': {
      type: 'flag',
      summary: "Keep a copy of the platform's facts for --offline",
    },
  },
  examples: [
    { line: 'pltf plan', does: 'plans pltf.yaml of this folder' },
    {
      line: 'pltf plan --why run.size',
      does: 'names the line, golden path or rule behind a value',
    },
    { line: 'pltf plan --save-facts', does: 'plans, and keeps what `pltf plan --offline` needs' },
  ],
});
