import { isTaken, quotedOrLiteral } from './scalar.ts';

/**
 * Bytes that are written one after the other. Strings that are put together piece by piece cost five times as much: a
 * placement is four hundred lines, each of three pieces that the collector has to take away again.
 */
export interface YamlOutput {
  bytes: Uint8Array;
  length: number;
}

const firstBytes = 1 << 16;

export const createOutput = (): YamlOutput => ({ bytes: new Uint8Array(firstBytes), length: 0 });

function room(output: YamlOutput, needed: number): Uint8Array {
  const { bytes, length } = output;
  if (length + needed <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(2 * bytes.length, length + needed));
  larger.set(bytes.subarray(0, length));
  output.bytes = larger;
  return larger;
}

const encoder = /* @__PURE__ */ new TextEncoder();
/** UTF-8 has at most three bytes for a unit of a string. */
const mostBytes = 3;

export function writeText(output: YamlOutput, text: string): void {
  const bytes = room(output, mostBytes * text.length);
  let at = output.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) {
      output.length = at + encoder.encodeInto(text.slice(index), bytes.subarray(at)).written;
      return;
    }
    bytes[at] = unit;
    at += 1;
  }
  output.length = at;
}

export function writeByte(output: YamlOutput, byte: number): void {
  room(output, 1)[output.length] = byte;
  output.length += 1;
}

export function writeBytes(output: YamlOutput, text: Uint8Array): void {
  const bytes = room(output, text.length);
  let at = output.length;
  for (let index = 0; index < text.length; index += 1) {
    bytes[at] = text[index] ?? 0;
    at += 1;
  }
  output.length = at;
}

/** Writes again what stands between two places. */
export function writeAgain(output: YamlOutput, start: number, end: number): void {
  room(output, end - start).copyWithin(output.length, start, end);
  output.length += end - start;
}

const [no, inside, first, colon, space] = [0, 1, 2, 3, 4];

/** What may stand in a bare scalar, by its code: at its beginning too, only inside, or only before something. */
const classes = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_/]/.test(character)) return first;
  if (/[0-9.@+-]/.test(character)) return inside;
  if (character === ':') return colon;
  return character === ' ' ? space : no;
});

/**
 * A string as a scalar: bare where every reader takes it for text. It begins with a letter, `_` or `/`, so that it is
 * no number, date or sign; a colon or a space is followed by something that neither ends nor comments it.
 */
export function writeScalar(output: YamlOutput, text: string, indent: string): void {
  const bytes = room(output, text.length);
  const start = output.length;
  if (text.length === 0 || classes[text.charCodeAt(0)] !== first || isTaken(text)) {
    writeText(output, quotedOrLiteral(text, indent));
    return;
  }
  let before = inside;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const kind = unit < 128 ? (classes[unit] ?? no) : no;
    const broken =
      kind === no ||
      (before === colon && kind > first) ||
      (before === space && (kind > first || !isWord(unit)));
    if (broken) {
      writeText(output, quotedOrLiteral(text, indent));
      return;
    }
    bytes[start + index] = unit;
    before = kind;
  }
  if (before > first) writeText(output, quotedOrLiteral(text, indent));
  else output.length = start + text.length;
}

/** Letters, digits and `_`: not `-`, `/` and the like, which mean something after a space. */
const isWord = (unit: number): boolean =>
  (unit >= 0x61 && unit <= 0x7a) ||
  (unit >= 0x41 && unit <= 0x5a) ||
  (unit >= 0x30 && unit <= 0x39) ||
  unit === 0x5f;
