/** Whether a code point is one of a class. */
export type CharacterTest = (code: number) => boolean;

type Range = readonly [number, number];

const named: Readonly<Record<string, readonly Range[]>> = {
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  ascii: [[0, 127]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: [[48, 57]],
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  word: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
  /** `\s`, which has no vertical tab. */
  perlSpace: [
    [9, 10],
    [12, 13],
    [32, 32],
  ],
};

function within(ranges: readonly Range[]): CharacterTest {
  return (code) => ranges.some(([first, last]) => code >= first && code <= last);
}

/** Characters or ranges; `fold` takes upper and lower case as one. */
export function classOf(members: readonly (string | Range)[], fold: boolean): CharacterTest {
  const ranges = members.map((member): Range => {
    if (typeof member !== 'string') return member;
    const code = member.codePointAt(0) ?? 0;
    return [code, code];
  });
  const [only] = ranges;
  if (!fold && ranges.length === 1 && only !== undefined && only[0] === only[1]) {
    const [wanted] = only;
    return (code) => code === wanted;
  }
  const test = within(ranges);
  if (!fold) return test;
  return (code) => test(code) || otherCases(code).some(test);
}

function otherCases(code: number): readonly number[] {
  const text = String.fromCodePoint(code);
  return [text.toLowerCase(), text.toUpperCase()]
    .filter((other) => [...other].length === 1)
    .map((other) => other.codePointAt(0) ?? 0);
}

/** `[:alpha:]` and the like. */
export function posix(name: string, negative: boolean): CharacterTest | undefined {
  const ranges = Object.hasOwn(named, name) ? named[name] : undefined;
  if (ranges === undefined) return undefined;
  const test = within(ranges);
  return negative ? (code) => !test(code) : test;
}

/** `\d`, `\w`, `\s` and their opposites, by their letter. */
export function perl(letter: string): CharacterTest | undefined {
  const names: Readonly<Record<string, string>> = { d: 'digit', w: 'word', s: 'perlSpace' };
  const lower = letter.toLowerCase();
  const name = Object.hasOwn(names, lower) ? names[lower] : undefined;
  return name === undefined ? undefined : posix(name, letter !== lower);
}

/** A general category or script of Unicode, as this machine's JavaScript knows it. */
export function unicodeClass(name: string, negative: boolean): CharacterTest | undefined {
  const pattern = unicodePattern(`\\p{${name}}`) ?? unicodePattern(`\\p{Script=${name}}`);
  if (pattern === undefined) return undefined;
  return (code) => pattern.test(String.fromCodePoint(code)) !== negative;
}

function unicodePattern(source: string): RegExp | undefined {
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch {
    return undefined;
  }
}
