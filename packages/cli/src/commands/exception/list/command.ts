import { define } from '../../../definition.ts';

export const exceptionListCommand = define({
  path: ['exception', 'list'],
  group: 'look',
  summary: 'List exceptions with their end and who answers for them',
  options: {
    state: {
      type: 'text',
      value: 'STATE',
      summary: 'Only these',
      choices: ['pending', 'approved', 'rejected', 'revoked', 'withdrawn', 'expired'],
    },
    component: { type: 'text', value: 'NAME', summary: 'Of this component' },
    guardrail: { type: 'text', value: 'ID', summary: 'From this guardrail' },
    team: { type: 'text', value: 'TEAM', summary: 'Of this team' },
  },
  examples: [
    { line: 'pltf exception list --state pending', does: 'what waits for a decision' },
    { line: 'pltf exception list --team team-identity --json', does: 'for a program' },
  ],
});
