/** Bytes of a header, and of what a file is padded to. */
export const block = 512;

export const isEnd = (head: Buffer): boolean => head.every((byte) => byte === 0);

/** `0` a file, `5` a folder, `x` and `L` a longer name for what comes next. */
export const kindOf = (head: Buffer): string => String.fromCharCode(head[156] ?? 0);

/** In bytes, without the padding. */
export const sizeOf = (head: Buffer): number =>
  Number.parseInt(head.toString('latin1', 124, 136).replace(/[\0 ]/g, '') || '0', 8);

export const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0.*$/s, '');

/** The path in a header of its own: what does not fit into the name stands before it. */
export function pathOf(head: Buffer): string {
  const name = textOf(head.subarray(0, 100));
  const isPosix = head.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? textOf(head.subarray(345, 500)) : '';
  return (prefix === '' ? name : `${prefix}/${name}`).replace(/^\.\//, '');
}
