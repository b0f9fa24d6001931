import { isTaken, quotedOrLiteral } from './scalar.ts';
import { room, writeAscii, writeText, type YamlOutput } from './yaml-output.ts';

/**
 * A string as a scalar: bare where every reader takes it for text, else in double quotes, or as a block of lines. Each
 * form is tried by writing it, in one pass; a form that does not hold the string leaves nothing behind. What is not
 * plain ASCII is put together as a string first.
 */
export function writeScalar(output: YamlOutput, text: string, indent: string): void {
  if (writeBare(output, text) || writeQuoted(output, text) || writeBlock(output, text, indent))
    return;
  writeText(output, quotedOrLiteral(text, indent));
}

const [no, inside, first, doubtful, colon, space] = [0, 1, 2, 3, 4, 5];

/**
 * What may stand in a bare scalar, by its code: only inside, at its beginning too, at the beginning of words that some
 * reader takes for something else as well, or only before something.
 */
const classes = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[noftye_]/i.test(character)) return doubtful;
  if (/[A-Za-z/]/.test(character)) return first;
  if (/[0-9.@+-]/.test(character)) return inside;
  if (character === ':') return colon;
  return character === ' ' ? space : no;
});

/**
 * It begins with a letter, `_` or `/`, so that it is no number, date or sign; a colon or a space is followed by
 * something that neither ends nor comments it.
 */
function writeBare(output: YamlOutput, text: string): boolean {
  const { length } = text;
  const bytes = room(output, length);
  const start = output.length;
  const kinds = classes;
  let before = inside;
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    const kind = unit < 128 ? (kinds[unit] ?? no) : no;
    if (kind === no) return false;
    if (index === 0 && (kind === inside || kind >= colon)) return false;
    if (before >= colon && (kind >= colon || (before === space && !isWord(unit)))) return false;
    bytes[start + index] = unit;
    before = kind;
  }
  if (length === 0 || before >= colon) return false;
  if (kinds[text.charCodeAt(0)] === doubtful && isTaken(text)) return false;
  output.length = start + length;
  return true;
}

/** Letters, digits and `_`: not `-`, `/` and the like, which mean something after a space. */
const isWord = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x30 && unit <= 0x39) ||
  unit === 0x5f;

const spaceByte = 0x20;
const quoteByte = 0x22;
const backslashByte = 0x5c;
const lastPrintable = 0x7e;

/** In double quotes, when all of it is printable ASCII. */
function writeQuoted(output: YamlOutput, text: string): boolean {
  const bytes = room(output, 2 * text.length + 2);
  let at = output.length;
  bytes[at++] = quoteByte;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < spaceByte || unit > lastPrintable) return false;
    if (unit === quoteByte || unit === backslashByte) bytes[at++] = backslashByte;
    bytes[at++] = unit;
  }
  bytes[at++] = quoteByte;
  output.length = at;
  return true;
}

const lines = /^[!-~][ -~\n]*$/;

/** As a literal block, when it is lines of printable ASCII that a block keeps as they are. Long: the engine's own loops. */
function writeBlock(output: YamlOutput, text: string, indent: string): boolean {
  if (!text.includes('\n') || !lines.test(text)) return false;
  if (text.includes(' \n') || text.endsWith(' ') || text.endsWith('\n\n')) return false;
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  const indented = text.slice(0, end).replaceAll('\n', `\n${indent}`);
  const block = `${end < text.length ? '|' : '|-'}\n${indent}${indented}`;
  writeAscii(output, text.includes('\n\n') ? block.replaceAll(/\n +(?=\n)/g, '\n') : block);
  return true;
}
