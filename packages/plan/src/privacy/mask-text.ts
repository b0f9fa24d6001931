/**
 * A text with what looks like personal data or a credential replaced by its kind: `[email]`, `[phone]`, `[iban]`,
 * `[card]`, `[token]`. Numbers count only where their check digits do, so that ids and times stay. Linear in the text;
 * masking twice changes nothing more.
 *
 * @example maskPersonalData('mail to ada@example.com') // 'mail to [email]'
 */
export function maskPersonalData(text: string): string {
  let masked = text;
  for (const { hint, pattern, replace } of rules) {
    if (hint.test(masked)) masked = masked.replace(pattern, replace);
  }
  return masked;
}

interface Rule {
  /** What has to be there at all; almost every line has none of it. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  readonly replace: (found: string, ...groups: readonly string[]) => string;
}

/** Every quantifier is bounded: no line makes a search go back and forth. */
const rules: readonly Rule[] = [
  {
    hint: /eyJ/,
    pattern: /\beyJ[A-Za-z0-9_-]{5,4000}\.[A-Za-z0-9_-]{5,4000}(?:\.[A-Za-z0-9_-]{0,4000})?/g,
    replace: () => '[token]',
  },
  {
    hint: /bearer|basic/i,
    pattern: /\b(bearer|basic)(\s{1,3})(?!\[token\])[A-Za-z0-9._~+/=-]{8,4000}/gi,
    replace: (_, scheme = '', space = '') => `${scheme}${space}[token]`,
  },
  {
    hint: /pltf_/,
    pattern: /\bpltf_[a-z]{2,10}_[A-Za-z0-9]{16,100}/g,
    replace: () => '[token]',
  },
  {
    hint: /@/,
    pattern:
      /(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])/g,
    replace: () => '[email]',
  },
  {
    hint: /[A-Z]{2}\d{2}/,
    pattern: /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])/g,
    replace: maskIban,
  },
  {
    hint: /\d(?:[ -]?\d){12}/,
    pattern: /(?<![\w.-])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\w-]|\.\d)/g,
    replace: (found) => (isCard(found) ? '[card]' : found),
  },
  {
    hint: /\+\d/,
    pattern: /(?<![\w+])\+[1-9]\d{0,2}(?:[ ().-]{0,2}\d){6,13}(?!\d)/g,
    replace: () => '[phone]',
  },
  {
    hint: /\d{3}[ /)-]/,
    pattern:
      /(?<![\w.:/-])(?:\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|0[1-9]\d{1,4}[ /-]\d{3,4}[ -]?\d{3,5})(?![\w:-])/g,
    replace: () => '[phone]',
  },
];

/** The longest beginning that is one: what follows in capitals may be the next word. */
function maskIban(found: string): string {
  for (let end = found.length; end >= 15; end -= 1) {
    const candidate = found.slice(0, end);
    if (/[A-Z0-9]$/.test(candidate) && isIban(candidate)) {
      return `[iban]${found.slice(end)}`;
    }
  }
  return found;
}

/** ISO 13616: the rest of the division by 97 is 1. */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) {
      rest = (rest * 10 + Number(digit)) % 97;
    }
  }
  return rest === 1;
}

/** Luhn (ISO/IEC 7812). */
function isCard(text: string): boolean {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (const [index, character] of [...digits].toReversed().entries()) {
    const digit = Number(character) * (index % 2 === 1 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}
