import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitText, type SourceCommit } from './commit-message.ts';
import { drySha, hydrationMetadata, hydrationNote, proposedBranch } from './hydration.ts';
import { readTombstone, writeTombstone } from './tombstone.ts';

const source: SourceCommit = {
  sha: '4f1d2c3b4a5968778695a4b3c2d1e0f123456789',
  repository: 'https://git.example.com/users-api.git',
  author: { name: 'Ada Lovelace', email: 'ada@example.com' },
  date: '2026-11-21T10:00:00Z',
  subject: 'Count faster',
  body: 'Because it was slow.\n\nSigned-off-by: Ada',
};

describe('a commit', () => {
  test('says who, why and which release, for people and for programs', () => {
    const { message, trailers } = commitText({
      placement: 'users-api.prod',
      what: { kind: 'release', release: 12 },
      by: 'ada',
      why: 'the report is late',
      source,
    });

    expect(message).toBe(
      'users-api.prod: release 12\n\nAsked for by ada.\nBecause: the report is late',
    );
    expect(trailers).toContainEqual(['Pltf-Placement', 'users-api.prod']);
    expect(trailers).toContainEqual(['Pltf-Release', 'users-api.prod@12']);
    expect(trailers).toContainEqual(['Pltf-Commit', source.sha]);
    expect(trailers).toContainEqual(['Argocd-reference-commit-sha', source.sha]);
    expect(trailers).toContainEqual([
      'Argocd-reference-commit-author',
      'Ada Lovelace <ada@example.com>',
    ]);
    expect(trailers).toContainEqual([
      'Argocd-reference-commit-body',
      '"Because it was slow.\\n\\nSigned-off-by: Ada"',
    ]);
  });

  test('that goes back says what happened', () => {
    const { message } = commitText({
      placement: 'users-api.prod',
      what: { kind: 'back', release: 11, because: 'Deployment users-api is degraded' },
      by: 'pltf',
    });

    expect(message).toContain('users-api.prod: back to release 11');
    expect(message).toContain('What happened: Deployment users-api is degraded');
  });

  test('has a body that is whole JSON, however long it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        const { trailers } = commitText({
          ...{ placement: 'users-api.prod', what: { kind: 'release', release: 12 }, by: 'ada' },
          source: { ...source, body: `Because\n${text.repeat(300)}` },
        });
        const body = trailers.find(([key]) => key.endsWith('-body'))?.[1] ?? '';

        expect(body.length).toBeLessThanOrEqual(4000);
        expect(JSON.parse(body)).toMatch(/^Because\n/);
      }),
    );
  });

  test('has no line that somebody smuggled in', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (by, why, subject) => {
        const { message, trailers } = commitText({
          placement: 'users-api.prod',
          what: { kind: 'release', release: 12 },
          by: `${by}\nPltf-By: root`,
          why: `${why}\nPltf-By: root`,
          source: { ...source, subject: `${subject}\nArgocd-reference-commit-sha: 0000000` },
        });
        for (const text of message.split('\n')) expect(text).not.toMatch(/^(?:Pltf-|Argocd-)/);
        for (const [, value] of trailers) expect(value).not.toMatch(/[\r\n]/);
      }),
    );
  });
});

describe('a hydration', () => {
  test('is proposed beside the active branch, below its path', () => {
    expect(proposedBranch('environment/prod', 'users-api')).toBe('environment/prod-next/users-api');
  });

  test('names the dry commit as a promoter reads it', () => {
    expect(JSON.parse(hydrationMetadata(source))).toEqual({
      repoURL: source.repository,
      drySha: source.sha,
      author: 'Ada Lovelace <ada@example.com>',
      date: source.date,
      subject: source.subject,
      body: source.body,
    });
  });

  test('has a note that is read back, and takes nothing else for one', () => {
    expect(drySha(hydrationNote(source.sha))).toBe(source.sha);
    expect(drySha('{"drySha": 1}')).toBeUndefined();
    expect(drySha('null')).toBeUndefined();
    expect(drySha('abc')).toBeUndefined();
  });
});

test('a tombstone is read back, and nothing else is taken for one', () => {
  const stone = {
    placement: 'users-api.prod',
    by: 'ada',
    at: '2026-11-21T10:00:00.000Z',
    why: 'replaced',
  };

  expect(readTombstone(writeTombstone(stone))).toEqual(stone);
  expect(readTombstone('{}')).toBeUndefined();
  expect(readTombstone('gone')).toBeUndefined();
});
