const combining = /^(?:\p{M}|\u200d|\ufe0e|\ufe0f)$/u;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]$/u;
const sequence = /\x1b\[[0-9;]*m/g;

const widthOf = (character: string): number =>
  combining.test(character) ? 0 : wide.test(character) ? 2 : 1;

/** What almost every text is: one cell each. A list of 500 rows asks 6,000 times. */
const simple = /^[\x20-\x7e]*$/;

/** How many cells a text takes on a terminal; colour sequences take none. */
export function width(text: string): number {
  if (simple.test(text)) return text.length;
  let cells = 0;
  for (const character of text.replace(sequence, '')) cells += widthOf(character);
  return cells;
}

export const padEnd = (text: string, cells: number): string =>
  text + ' '.repeat(Math.max(0, cells - width(text)));
export const padStart = (text: string, cells: number): string =>
  ' '.repeat(Math.max(0, cells - width(text))) + text;

/** The beginning of a text in at most `cells`, with `…` where something is missing. */
export function cutEnd(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  return `${take([...text], cells - 1)}…`;
}

/** Both ends of a text in at most `cells`: names of one family differ at their ends. */
export function cutMiddle(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  const characters = [...text];
  const head = Math.ceil((cells - 1) / 2);
  const tail = take(characters.slice().reverse(), cells - 1 - head);
  return `${take(characters, head)}…${[...tail].reverse().join('')}`;
}

function take(characters: readonly string[], cells: number): string {
  let used = 0;
  let text = '';
  for (const character of characters) {
    used += widthOf(character);
    if (used > cells) break;
    text += character;
  }
  return text;
}
