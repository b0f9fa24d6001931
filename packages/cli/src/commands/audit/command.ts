import { define } from '../../definition.ts';

export const auditCommand = define({
  path: ['audit'],
  group: 'look',
  summary: 'Show the audit trail: who, what, whence, with what end',
  options: {
    actor: { type: 'text', value: 'NAME', summary: 'Only by this user or machine' },
    target: { type: 'text', value: 'NAME', summary: 'Only to this' },
    limit: {
      type: 'number',
      short: 'n',
      value: 'N',
      minimum: 1,
      maximum: 100000,
      summary: 'At most so many; 50 unless given',
    },
  },
  examples: [
    { line: 'pltf audit --target users-api', does: 'what was done to one component, newest first' },
  ],
});
