/** One field of a message: its number, and its bytes or its number as value. */
export interface ProtobufField {
  readonly field: number;
  readonly bytes: Buffer;
  readonly number: number;
}

const lengthDelimited = 2;

/** Takes a protocol-buffers message apart. Throws when it is none. */
export function readProtobuf(message: Buffer): readonly ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at];
      if (byte === undefined) throw new Error('a message broke off');
      at += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new Error('a message broke off');
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const kind = key % 8;
    const nothing = Buffer.alloc(0);
    if (kind === 0) fields.push({ field, bytes: nothing, number: varint() });
    else if (kind === 1) take(8);
    else if (kind === 5) take(4);
    else if (kind === lengthDelimited) fields.push({ field, bytes: take(varint()), number: 0 });
    else throw new Error(`a message has a field of kind ${kind}`);
  }
  return fields;
}
