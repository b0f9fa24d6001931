import { CelFailure } from '../values/failure.ts';

/** Ends the reading of a pattern that RE2 would refuse. */
export function refuse(what: string): never {
  throw new CelFailure(`not a regular expression: ${what}`);
}

const numbered = /^(?:x\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2})|([0-7]{2,3}|0))/;
const letters = 'afnrtv';
const controls = '\x07\f\n\r\t\v';

/** The character that an escape stands for, from the text after the backslash. */
export function readEscape(rest: string): { character: string; length: number } {
  const found = numbered.exec(rest);
  if (found !== null) {
    const [{ length }, braced, short, octal] = found;
    const hex = braced ?? short;
    const code = hex === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(hex, 16);
    return code > 0x10ffff
      ? refuse('no such character')
      : { character: String.fromCodePoint(code), length };
  }
  const [character = ''] = rest;
  const control = character === '' ? -1 : letters.indexOf(character);
  if (control !== -1) return { character: controls[control] ?? '', length: 1 };
  if (character === '' || /[A-Za-z0-9]/.test(character)) refuse(`no escape \\${character}`);
  // The length counts characters as the pattern is split into them, not UTF-16 units.
  return { character, length: 1 };
}
