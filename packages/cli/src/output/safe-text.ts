// Control characters are this file's subject.
/** SGR sequences (colours) that programs write into their logs: dropped, since we paint by ourselves. */
const colourSequence = /\x1b\[[0-9;:]*m/g;
/**
 * What may move the cursor, retitle the window, answer for the keyboard or reorder what a person reads:
 * C0 except tab, DEL, C1, line and paragraph separators, bidirectional controls, invisible tags.
 */
const dangerous =
  /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const escaped = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (code === 10) return '\\n';
  if (code === 13) return '\\r';
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
};

/** Text of the server or of programs made harmless for a terminal: one line, controls shown, not obeyed. */
export const safe = (text: string): string =>
  text.replace(colourSequence, '').replace(dangerous, escaped);

/** JSON that stays valid and holds no character a terminal would obey. */
export const safeJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, undefined, indent) ?? 'null').replace(dangerous, (character) =>
    character === '\n'
      ? character
      : Array.from(
          { length: character.length },
          (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
