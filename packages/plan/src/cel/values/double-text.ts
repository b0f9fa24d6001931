/** A double as Go's `%g` prints it: the shortest digits that read back, with an exponent from 1e+21 and below 1e-4. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e21)) return plain(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const number = exponent.replace(/^[+-]/, '').padStart(2, '0');
  return `${digits}e${exponent.startsWith('-') ? '-' : '+'}${number}`;
}

/** JavaScript prints without an exponent from 1e-6 to 1e21, which covers what comes here. */
function plain(value: number): string {
  return String(value);
}
