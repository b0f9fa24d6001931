export interface AskedSize {
  readonly memoryMiB: number;
  readonly cpu: number;
}

const units: Readonly<Record<string, number>> = {
  '': 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Amounts of Score, `128Mi` and `500m`, in MiB and processor cores. */
export function amountsOf(
  amounts: { readonly memory?: string | undefined; readonly cpu?: string | undefined } | undefined,
): { memoryMiB?: number; cpu?: number } | undefined {
  const { memory, cpu } = amounts ?? {};
  if (memory === undefined && cpu === undefined) return undefined;
  return {
    ...(memory === undefined ? {} : { memoryMiB: mebibytes(memory) }),
    ...(cpu === undefined ? {} : { cpu: cores(cpu) }),
  };
}

function mebibytes(text: string): number {
  const [, amount = '0', unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(text) ?? [];
  return (Number(amount) * (units[unit] ?? 1)) / 2 ** 20;
}

const cores = (text: string): number =>
  text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text);
