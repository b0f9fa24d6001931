/** Words that some reader of YAML (1.1 or 1.2) takes for something else than text; in lower case. */
const taken: ReadonlySet<string> = new Set([
  'n',
  'no',
  'off',
  'on',
  'null',
  'true',
  'false',
  'y',
  'yes',
]);
const longestTaken = 5;

/**
 * Text that may stand bare: begins with a letter, `_` or `/`, so that it is no number, date or sign of YAML;
 * a colon is followed by something, a space by a letter or digit, so that neither ends it. `E0` and `_1` are numbers
 * to some readers.
 */
const bare = /^(?![eE_][\d_+-])[A-Za-z_/](?:[\w./@+-]|:(?=[\w./@+-])| (?=\w))*$/;

/** What JSON leaves as it is and YAML does not print, or a reader takes for the end of a line. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** Several lines that a literal block keeps as they are: printable, no indentation of the first, no space at an end. */
const literal =
  /^[\x21-\x7e\u00a1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd](?:[\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]|\n)*$/;
const spaceAtAnEnd = /[ \u00a0\u3000](?:\n|$)|\n\n$/;

/** A string as a YAML scalar on one line: bare where every reader takes it for text, else in double quotes. */
export const inlineScalar = (text: string): string => (isBare(text) ? text : quoted(text));

/** A string as the value of a key or an item whose further lines are indented by `indent`, which is never empty. */
export function scalar(text: string, indent: string): string {
  if (isBare(text)) return text;
  if (!text.includes('\n') || !literal.test(text) || spaceAtAnEnd.test(text)) return quoted(text);
  const keepsEnd = text.endsWith('\n');
  const body = keepsEnd ? text.slice(0, -1) : text;
  return `|${keepsEnd ? '' : '-'}\n${indent}${body.replace(/\n(?!\n)/g, `\n${indent}`)}`;
}

const isBare = (text: string): boolean =>
  bare.test(text) && !(text.length <= longestTaken && taken.has(text.toLowerCase()));

function quoted(text: string): string {
  const json = JSON.stringify(text);
  return json.replace(unprintable, escaped);
}

const escaped = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
