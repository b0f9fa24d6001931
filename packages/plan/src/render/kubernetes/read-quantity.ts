/** Bytes by the suffix that Kubernetes gives them. */
const units: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Mebibytes of an amount of memory like `512Mi`, `1Gi`, `500M`; undefined for what is none. */
export function mebibytesOf(quantity: string): number | undefined {
  const [, amount, suffix] =
    /^([0-9]{1,15}(?:\.[0-9]{1,6})?)(|k|M|G|T|Ki|Mi|Gi|Ti)$/.exec(quantity) ?? [];
  const unit = suffix === undefined ? undefined : units[suffix];
  return unit === undefined ? undefined : (Number(amount) * unit) / 1024 ** 2;
}

/** Cores of an amount of processor time like `250m`, `0.5`, `2`; undefined for what is none. */
export function coresOf(quantity: string): number | undefined {
  const [, amount, thousandths] = /^([0-9]{1,9}(?:\.[0-9]{1,6})?)(m?)$/.exec(quantity) ?? [];
  if (amount === undefined) return undefined;
  return thousandths === 'm' ? Number(amount) / 1000 : Number(amount);
}
