import { define } from '../../../definition.ts';
import { name } from '../../placement-options.ts';

export const privacyRecordCommand = define({
  path: ['privacy', 'record'],
  group: 'look',
  summary: 'Print the record of personal data for a legal review',
  details:
    'Classes, regions, encryption, retention, stores, addresses, flows, guardrails and exceptions, as the platform ' +
    'knows them; Markdown, or JSON with --json. What only the application knows is listed as its owner’s to say.',
  arguments: { name },
  examples: [
    { line: 'pltf privacy record users-api', does: 'a document to hand over, as Markdown' },
    { line: 'pltf privacy record users-api --json', does: 'the same for programs' },
  ],
});
