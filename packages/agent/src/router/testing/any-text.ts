import fc from 'fast-check';

/** Any sequence of UTF-16 units, half of them ASCII. */
export const anyText = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff)), { maxLength: 50 })
  .map((codes) => String.fromCharCode(...codes));
