/** One place of a pattern: which characters fit, and whether it may be left out or repeated. */
interface PatternItem {
  readonly fits: (character: string) => boolean;
  optional: boolean;
  repeated: boolean;
}

/**
 * A test for GitHub's filter patterns (`*` without slashes, `**`, `?` and `+` after a character, `[a-z]`,
 * `\` before a special character). It follows all readings of the pattern at once, so that its time is
 * pattern × text however the pattern is made; a regular expression could take for ever.
 */
export function filterPattern(pattern: string): (text: string) => boolean {
  const items = itemsOf(pattern);
  return (text) => {
    let states = afterOptional(items, new Set([0]));
    for (const character of text) {
      const next = new Set<number>();
      for (const state of states) {
        const item = items[state];
        if (item?.fits(character) !== true) continue;
        next.add(state + 1);
        if (item.repeated) next.add(state);
      }
      states = afterOptional(items, next);
      if (states.size === 0) return false;
    }
    return states.has(items.length);
  };
}

/** The states that can be reached without a character: those after places that may be left out. */
function afterOptional(items: readonly PatternItem[], states: ReadonlySet<number>): Set<number> {
  const reached = new Set<number>();
  for (const start of states) {
    let state = start;
    reached.add(state);
    while (items[state]?.optional === true) {
      state += 1;
      reached.add(state);
    }
  }
  return reached;
}

function itemsOf(pattern: string): readonly PatternItem[] {
  const items: PatternItem[] = [];
  const add = (fits: PatternItem['fits'], many = false) => {
    items.push({ fits, optional: many, repeated: many });
  };
  const exactly = (wanted: string) => add((character) => character === wanted);
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    const last = items.at(-1);
    if (character === '*') {
      const anything = pattern[index + 1] === '*';
      if (anything) index += 1;
      add(anything ? () => true : (other) => other !== '/', true);
    } else if (character === '?' && last !== undefined) last.optional = true;
    else if (character === '+' && last !== undefined) last.repeated = true;
    else if (character === '[') {
      const end = pattern.indexOf(']', index + 1);
      if (end < 0) exactly(character);
      else {
        add(characterClass(pattern.slice(index + 1, end)));
        index = end;
      }
    } else if (character === '\\' && index + 1 < pattern.length) {
      index += 1;
      exactly(pattern[index] ?? '');
    } else exactly(character);
  }
  return items;
}

function characterClass(text: string): (character: string) => boolean {
  const ranges: [from: string, to: string][] = [];
  for (let index = 0; index < text.length; index += 1) {
    const from = text[index] ?? '';
    const to = text[index + 1] === '-' ? text[index + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) index += 2;
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to);
}

/** A test for a list of patterns: the last pattern that fits decides, `!` takes out again. */
export function filterList(patterns: readonly string[]): (text: string) => boolean {
  const tests = patterns.map((pattern) => {
    const negative = pattern.startsWith('!');
    return { negative, fits: filterPattern(negative ? pattern.slice(1) : pattern) };
  });
  return (text) => {
    let matched = false;
    for (const { negative, fits } of tests) if (fits(text)) matched = !negative;
    return matched;
  };
}
