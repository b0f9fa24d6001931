import type { Provenance } from '@pltf/contracts';
import { explainField, type JsonValue } from '../render/index.ts';
import type { RenderedChange } from './rendered-difference.ts';

/** A change in words: what, how, and where it comes from. */
export interface ReadableChange {
  /** `Deployment <name>` */
  readonly object: string;
  /** Empty for the object as a whole. */
  readonly field: string;
  /** Absent where there was, or will be, nothing. */
  readonly before?: string;
  readonly after?: string;
  /** Why the field is what it is, with the line behind it as far as that is known. */
  readonly because?: string;
}

const longest = 200;

/** A difference for a person, each field with its origin; `whyOf` answers for a key of the thin file, as a plan does. */
export function readableChanges(
  changes: readonly RenderedChange[],
  whyOf?: (thinFileKey: string) => Provenance | undefined,
): readonly ReadableChange[] {
  return changes.map((change) => {
    const { kind, name, path, shown, before, after } = change;
    const because = originOf(kind, path, whyOf);
    return {
      object: `${kind} ${name}`,
      field: shown,
      ...(before === undefined ? {} : { before: valueText(path, before) }),
      ...(after === undefined ? {} : { after: valueText(path, after) }),
      ...(because === undefined ? {} : { because }),
    };
  });
}

const valueText = (path: RenderedChange['path'], value: JsonValue): string => {
  if (path.length === 0) return 'there';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
};

function originOf(
  kind: string,
  path: RenderedChange['path'],
  whyOf: ((key: string) => Provenance | undefined) | undefined,
): string | undefined {
  const found = explainField(kind, path, whyOf);
  if (found === undefined) return undefined;
  const places = found.provenance.map(({ source, where }) => where ?? source);
  const from = places.length > 0 ? places : found.from;
  return from.length === 0 ? found.because : `${found.because} (${from.join(', ')})`;
}

/** One line of it: `Deployment <name> spec.replicas: 2 → 3`. */
export function changeLine({ object, field, before, after }: ReadableChange): string {
  if (field === '') return `${object}: ${after === undefined ? 'goes' : 'comes'}`;
  const was = before ?? 'nothing';
  const will = after ?? 'nothing';
  return before === undefined && after === undefined
    ? `${object} ${field}: changes`
    : `${object} ${field}: ${was} → ${will}`;
}
