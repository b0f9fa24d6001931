import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskPersonalData } from './mask-text.ts';

describe('what looks like personal data is masked', () => {
  test.each([
    ['login of ada.lovelace+x@mail.example.co.uk failed', 'login of [email] failed'],
    ['{"to":"ada@example.com","cc":"bob@example.org"}', '{"to":"[email]","cc":"[email]"}'],
    ['called +49 (0)30 1234567 twice', 'called [phone] twice'],
    ['called +1-202-555-0143.', 'called [phone].'],
    ['tel=(202) 555-0143', 'tel=[phone]'],
    ['tel 030 1234567', 'tel [phone]'],
    ['paid from DE89 3704 0044 0532 0130 00 today', 'paid from [iban] today'],
    ['iban=GB82WEST12345698765432', 'iban=[iban]'],
    ['IBAN NL91ABNA0417164300 OK', 'IBAN [iban] OK'],
    ['card 4111 1111 1111 1111 accepted', 'card [card] accepted'],
    ['card=5500005555555559', 'card=[card]'],
    ['card 3782-822463-10005', 'card [card]'],
    ['Authorization: Bearer abcdef0123456789', 'Authorization: Bearer [token]'],
    ['authorization: basic dXNlcjpwYXNzd29yZA==', 'authorization: basic [token]'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl!', 'jwt [token]!'],
    ['pltf_pat_0123456789abcdef0123456789 leaked', '[token] leaked'],
  ])('%s', (text, masked) => {
    expect(maskPersonalData(text)).toBe(masked);
  });
});

describe('what is none stays as it is', () => {
  test.each([
    '2026-11-21T13:04:15.123Z listening on http://127.0.0.1:8080',
    'req_01k9vxm2e4qh7zt0w3d8r5n6c1 GET /users/42 200 12.5ms',
    'id 550e8400-e29b-41d4-a716-446655440000',
    'sha256:4111111111111111aabbccddeeff00112233445566778899aabbccddeeff0011',
    'epoch 1763730255123 and 1763730255123456789',
    'card 4111 1111 1111 1112 is none',
    'DE89370400440532013001 is no account',
    'npm install @scope/package@1.2.3',
    'took 030 ms, 1024 bytes, 99.95%',
    '10.0.0.1 - - [21/Nov/2026:13:04:15 +0000] "GET / HTTP/1.1" 200',
    'basic things and bearer of news',
    'version 4.5.6.7890123456789',
  ])('%s', (text) => {
    expect(maskPersonalData(text)).toBe(text);
  });
});

const mail = fc
  .tuple(fc.stringMatching(/^[a-z][a-z0-9]{0,20}$/), fc.stringMatching(/^[a-z]{1,20}$/))
  .map(([name, domain]) => `${name}@${domain}.example`);

test('an address is masked whatever stands around it', () => {
  const around = fc.constantFrom(' ', '"', '<', '>', ',', ';', '(', ')', '=', '\t', '/', '[', ']');
  fc.assert(
    fc.property(mail, around, around, fc.string(), (address, before, after, rest) => {
      const masked = maskPersonalData(`${rest}${before}${address}${after}`);

      expect(masked).not.toContain(address);
    }),
  );
});

test('every number with right check digits is masked as a card', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^4\d{14}$/), (digits) => {
      const sum = [...digits]
        .map((digit, at) => Number(digit) * (at % 2 === 0 ? 2 : 1))
        .reduce((total, one) => total + (one > 9 ? one - 9 : one), 0);
      const card = `${digits}${(10 - (sum % 10)) % 10}`;

      expect(maskPersonalData(`card ${card}`)).toBe('card [card]');
    }),
  );
});

test('masking twice changes nothing more', () => {
  const parts = fc.oneof(mail, fc.string(), fc.constantFrom('+49 30 1234567', 'Bearer 0123456789'));
  fc.assert(
    fc.property(fc.array(parts), (texts) => {
      const once = maskPersonalData(texts.join(' '));

      expect(maskPersonalData(once)).toBe(once);
    }),
  );
});

test.each([
  ['letters', 'a'.repeat(1_000_000)],
  ['digits', '4'.repeat(1_000_000)],
  ['at signs', 'a@'.repeat(500_000)],
  ['dots', `x@${'a.'.repeat(500_000)}`],
  ['plus signs', '+1 '.repeat(300_000)],
  ['capitals', 'DE89'.repeat(250_000)],
  ['tokens', 'eyJaaaaaa.'.repeat(100_000)],
])('a megabyte of %s is masked in less than a second', (_, text) => {
  const start = performance.now();

  maskPersonalData(text);

  expect(performance.now() - start).toBeLessThan(1_000);
});
