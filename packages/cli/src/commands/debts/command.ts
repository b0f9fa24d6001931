import { define } from '../../definition.ts';

export const debtsCommand = define({
  path: ['debts'],
  group: 'look',
  summary: 'What your teams owe: failing guardrails, exceptions, open questions',
  options: { team: { type: 'text', value: 'TEAM', summary: 'Of this team instead' } },
  examples: [{ line: 'pltf debts', does: 'most pressing first' }],
});
