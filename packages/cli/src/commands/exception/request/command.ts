import { define } from '../../../definition.ts';

export const exceptionRequestCommand = define({
  path: ['exception', 'request'],
  group: 'deliver',
  summary: 'Ask to break a guardrail for a time',
  details:
    'Somebody else who may approves it, for exactly what breaks the guardrail now: a worse change is not covered. It ends by itself.',
  arguments: {
    name: { summary: 'Component', completes: 'component' },
    guardrail: { summary: 'Guardrail, as the denial names it' },
  },
  options: {
    env: { type: 'text', value: 'ENV', summary: 'In this environment only' },
    reason: { type: 'text', value: 'TEXT', summary: 'Why it is needed (required)' },
    control: {
      type: 'text',
      value: 'TEXT',
      summary: 'What protects meanwhile, instead of the guardrail (required)',
    },
    days: {
      type: 'number',
      value: 'N',
      minimum: 1,
      maximum: 730,
      summary: 'How long from now; 30 unless given',
    },
    until: { type: 'text', value: 'DATE', summary: 'Until the end of this day (UTC), 2027-01-31' },
    owner: { type: 'text', value: 'USER', summary: 'Who answers for it; you unless given' },
    ticket: { type: 'text', value: 'TEXT', summary: 'Where it is followed up' },
  },
  examples: [
    {
      line: 'pltf exception request users-api allowed-regions --env prod --days 30 --reason "Our provider opens in spring" --control "No customer data goes there"',
      does: 'asks; prints what it would exempt',
    },
  ],
});
