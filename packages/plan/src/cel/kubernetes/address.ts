/** An address: 4 or 16 bytes as one number. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

export interface Network {
  readonly address: Address;
  readonly length: number;
}

const dotted = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

function parseFour(text: string): bigint | undefined {
  const found = dotted.exec(text);
  if (found === null) return undefined;
  const bytes = found.slice(1).map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return bytes.reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

/** Groups of 16 bits, of which the last two may be written like an address of family 4. */
function groupsOf(text: string): bigint[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: bigint[] = [];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    const four = last && part.includes('.') ? parseFour(part) : undefined;
    if (four !== undefined) groups.push(four >> 16n, four & 0xffffn);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function parseSix(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [first, second] = halves.map(groupsOf);
  if (first === undefined || (halves.length === 2 && second === undefined)) return undefined;
  // Only the very last group may be dotted.
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) return undefined;
  const tail = second ?? [];
  const missing = 8 - first.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...first, ...Array.from<bigint>({ length: missing }).fill(0n), ...tail];
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** Reads an address without a zone; an address of family 4 inside one of family 6 is none here. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined;
  const four = parseFour(text);
  if (four !== undefined) return { family: 4, bits: four };
  if (!text.includes(':')) return undefined;
  const six = parseSix(text);
  if (six === undefined || six >> 32n === 0xffffn) return undefined;
  return { family: 6, bits: six };
}

export function parseNetwork(text: string): Network | undefined {
  const slash = text.lastIndexOf('/');
  const address = parseAddress(text.slice(0, Math.max(slash, 0)));
  const digits = text.slice(slash + 1);
  if (slash === -1 || address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(digits))
    return undefined;
  const length = Number(digits);
  return length > width(address) ? undefined : { address, length };
}

export function width(address: Address): number {
  return address.family === 4 ? 32 : 128;
}

/** The bits of an address's network. */
export function networkBits(address: Address, length: number): bigint {
  return address.bits >> BigInt(width(address) - length);
}

export function masked({ address, length }: Network): Network {
  const rest = BigInt(width(address) - length);
  return { address: { ...address, bits: (address.bits >> rest) << rest }, length };
}

export function holdsAddress({ address, length }: Network, other: Address): boolean {
  return (
    address.family === other.family && networkBits(address, length) === networkBits(other, length)
  );
}

/** The one way to write an address: lower case, the longest row of zeros as `::`. */
export function addressText({ family, bits }: Address): string {
  if (family === 4)
    return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bits >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  );
  const { start, length } = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === '0' ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** Whether the leading bits of an address are those. */
function begins({ bits, family }: Address, length: number, with4: bigint, with6: bigint): boolean {
  const total = family === 4 ? 32 : 128;
  return bits >> BigInt(total - length) === (family === 4 ? with4 : with6);
}

export const isUnspecified = ({ bits }: Address): boolean => bits === 0n;
export const isLoopback = (address: Address): boolean =>
  address.family === 4 ? begins(address, 8, 127n, 0n) : address.bits === 1n;
export const isLinkLocalMulticast = (address: Address): boolean =>
  address.family === 4 ? begins(address, 24, 0xe00000n, 0n) : begins(address, 16, 0n, 0xff02n);
export const isLinkLocalUnicast = (address: Address): boolean =>
  address.family === 4 ? begins(address, 16, 0xa9fen, 0n) : begins(address, 10, 0n, 0x3fan);

export function isGlobalUnicast(address: Address): boolean {
  const isMulticast =
    address.family === 4 ? begins(address, 4, 0xen, 0n) : begins(address, 8, 0n, 0xffn);
  const isBroadcast = address.family === 4 && address.bits === 0xffff_ffffn;
  return !(
    isMulticast ||
    isBroadcast ||
    isUnspecified(address) ||
    isLoopback(address) ||
    isLinkLocalUnicast(address)
  );
}
