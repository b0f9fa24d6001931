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

/** The bytes, with room for so many more. */
export function room(output: YamlOutput, needed: number): Uint8Array {
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

/** Long text of which every unit is one byte. */
export function writeAscii(output: YamlOutput, text: string): void {
  const bytes = room(output, text.length);
  output.length += encoder.encodeInto(text, bytes.subarray(output.length)).written;
}

export function writeByte(output: YamlOutput, byte: number): void {
  room(output, 1)[output.length] = byte;
  output.length += 1;
}

/** From so many bytes on, calling the engine's own copy is cheaper than a loop. */
const worthACall = 128;

export function writeBytes(output: YamlOutput, text: Uint8Array): void {
  const bytes = room(output, text.length);
  let at = output.length;
  output.length += text.length;
  if (text.length >= worthACall) {
    bytes.set(text, at);
    return;
  }
  for (let index = 0; index < text.length; index += 1) {
    bytes[at] = text[index] ?? 0;
    at += 1;
  }
}

/** Writes again what stands between two places. */
export function writeAgain(output: YamlOutput, start: number, end: number): void {
  room(output, end - start).copyWithin(output.length, start, end);
  output.length += end - start;
}
