import type { ThinFile } from '@pltf/contracts';

export type Policy = Readonly<Record<string, string | boolean | number>>;

/** Both forms of `policy`: a map, or `pii=true, region=eu`. `unclear` are the parts of the text that are neither. */
export function readPolicy(policy: ThinFile['policy']): {
  readonly policy: Policy;
  readonly unclear: readonly string[];
} {
  if (policy === undefined) return { policy: {}, unclear: [] };
  if (typeof policy !== 'string') return { policy, unclear: [] };
  const read: Record<string, string | boolean | number> = {};
  const unclear: string[] = [];
  for (const part of policy.split(',').map((text) => text.trim())) {
    const pair = /^([A-Za-z][A-Za-z0-9_.-]{0,39})(?:\s*=\s*([^=\s][^=]{0,99}))?$/.exec(part);
    const [, key, value = 'true'] = pair ?? [];
    if (key === undefined || Object.hasOwn(read, key)) unclear.push(part);
    else read[key] = valueOf(value);
  }
  return { policy: read, unclear };
}

/** As YAML would have read it in the map. */
function valueOf(text: string): string | boolean | number {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/.test(text) ? Number(text) : text;
}
