import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandText } from './bound-text.ts';
import { piecesOf } from './placeholders.ts';

const metadata = { name: 'shop', annotations: { 'a.b/c': 'x' }, list: [1, 2], on: true };

describe('placeholders', () => {
  test.each([
    ['plain', 'plain', false],
    ['$', '$', false],
    ['a $b', 'a $b', false],
    ['$$', '$', false],
    ['$$$', '$$', false],
    ['$${x}', '${x}', false],
    ['$$${metadata.name}', '$shop', false],
    ['${metadata.name}', 'shop', false],
    ['${metadata.annotations.a\\.b/c}', 'x', false],
    ['${metadata.list}', '[1,2]', false],
    ['${metadata.on}!', 'true!', false],
    ['${resources.db.host}', '${needs.db.host}', true],
    ['a$$b ${resources.db.host}', 'a$$b ${needs.db.host}', true],
    ['${resources.db.a\\.b}', '${needs.db.a\\.b}', true],
    ['http://${resources.dns.host}/', 'http://${route.host}/', true],
    ['${resources.env.KEY}', '${environment.KEY}', true],
    ['${unclosed', '${unclosed', false],
  ])('%s is %s', (text, expected, bound) => {
    const meanings = new Map([
      ['dns', { kind: 'address' }],
      ['env', { kind: 'environment' }],
    ] as const);

    expect(expandText(text, metadata, meanings)).toEqual({ text: expected, bound });
  });

  test('a text without dollar signs stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(expandText(plain, {}, new Map()).text).toBe(plain);
      }),
    );
  });

  test('what is escaped is never a reference', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll('$', '$$$$');
        const pieces = piecesOf(escaped);
        expect(pieces.every(({ kind }) => kind === 'text')).toBe(true);
        expect(expandText(escaped, {}, new Map()).text).toBe(text);
      }),
    );
  });
});
