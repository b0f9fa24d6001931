/** Words that some reader of YAML (1.1 or 1.2) takes for something else than text; in lower case. */
const taken: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...['n', 'no', 'off', 'on', 'null', 'true', 'false', 'y', 'yes'],
]);
const longestTaken = 5;
/** `E0` and `_1` are numbers to some readers. */
const numeric = /^[eE_][\d_+-]/;

/** Whether a text of letters is read as something else than text; it begins with one of `noftye_` then. */
export const isTaken = (text: string): boolean =>
  (text.length <= longestTaken && taken.has(text.toLowerCase())) || numeric.test(text);

/** What JSON leaves as it is and YAML does not print, or a reader takes for the end of a line. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Several lines that a literal block keeps as they are: printable, no indentation of the first, no space at an end. */
const literal =
  /^[\x21-\x7e\u00a1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd](?:[\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|\n)*$/;
const spaceAtAnEnd = /[ \u00a0\u3000](?:\n|$)|\n\n$/;

/** A string in double quotes on one line. */
export const quoted = (text: string): string => JSON.stringify(text).replace(unprintable, escaped);

/** In double quotes; or, when it has lines, as a block of them where that keeps every character. */
export function quotedOrLiteral(text: string, indent: string): string {
  if (!text.includes('\n') || !literal.test(text) || spaceAtAnEnd.test(text)) return quoted(text);
  const keepsEnd = text.endsWith('\n');
  const body = keepsEnd ? text.slice(0, -1) : text;
  return `|${keepsEnd ? '' : '-'}\n${indent}${body.replace(/\n(?!\n)/g, `\n${indent}`)}`;
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
