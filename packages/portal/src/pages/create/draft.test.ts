import type { GoldenPathView } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { asName, type Draft, flawsOf, questionsOf, requestOf } from './draft.ts';

const path = {
  id: 'node-service',
  kind: 'service',
  parameters: [
    {
      title: 'About',
      required: ['component_id', 'owner', 'port'],
      properties: {
        component_id: { type: 'string', 'ui:field': 'EntityNamePicker' },
        owner: { type: 'string', 'ui:field': 'OwnerPicker' },
        repoUrl: { type: 'string', 'ui:field': 'RepoUrlPicker' },
        port: { type: 'integer', maximum: 65535 },
      },
    },
  ],
} as unknown as GoldenPathView;
const questions = questionsOf(path);
const draft: Draft = {
  name: 'users-api',
  owner: 'identity',
  description: ' ',
  ci: 'github',
  values: { port: 80 },
};

describe('a draft', () => {
  it('asks each thing once, whatever the template calls it', () => {
    expect(Object.keys(questions.pages[0]?.['properties'] ?? {})).toEqual(['port']);
    expect([...questions.aliases]).toEqual([['component_id', 'name']]);
  });

  it('becomes a request that also says the name as the template wants it', () => {
    expect(requestOf(path, questions, draft)).toEqual({
      kind: 'service',
      name: 'users-api',
      path: 'node-service',
      ci: 'github',
      owner: 'identity',
      parameters: { port: 80, component_id: 'users-api' },
    });
  });

  it('has flaws by field', () => {
    expect([...flawsOf(questions, draft)]).toEqual([]);
    const bad = { ...draft, name: 'Users', owner: '', values: { port: 70_000 } };
    expect(Object.fromEntries(flawsOf(questions, bad))).toEqual({
      name: 'Lower-case letters, digits and single dashes, starting with a letter',
      owner: 'Choose the team that owns it',
      port: 'At most 65535',
    });
    expect(flawsOf(questions, { ...draft, values: {} }).get('port')).toBe('Needed');
    expect(flawsOf(questions, { ...draft, name: 'a'.repeat(41) }).get('name')).toBe(
      'At most 40 characters',
    );
    expect(flawsOf(questions, { ...draft, name: 'prod' }).get('name')).toContain('reserved');
  });

  it('joins the words of a name as the command line does', () => {
    expect(asName('Users  API_v2')).toBe('users-api-v2');
  });
});
