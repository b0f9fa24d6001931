/** A piece of a text with placeholders: as it is, or `${…}` as the parts of a reference. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'reference';
      readonly reference: string;
      readonly parts: readonly string[];
      readonly offset: number;
    };

/** As in the reference implementation: `${…}` refers, `$${…}` and `$$` are a dollar sign and what follows it. */
const placeholder = /\$(?:(\$?)\{([^}]*)\}|\$)/g;

/** A text in pieces, with its escapes undone. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(placeholder)) {
    const [whole, escape, reference] = match;
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    if (reference === undefined || escape === '$')
      pieces.push({ kind: 'text', text: whole.slice(1) });
    else {
      const parts = partsOf(reference);
      pieces.push({ kind: 'reference', reference, parts, offset: match.index });
    }
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** `resources.db.host` in parts; `\.` is a dot inside one. */
const partsOf = (reference: string): readonly string[] =>
  reference
    .replaceAll('\\.', '\u0000')
    .split('.')
    .map((part) => part.replaceAll('\u0000', '.'));

/** What a workload's references can lead to. */
export interface References {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly resources: ReadonlySet<string>;
}

export interface BrokenReference {
  readonly offset: number;
  readonly message: string;
  readonly fix: string;
}

/** Why a reference leads nowhere; undefined when it leads somewhere. */
export function brokenReference(
  piece: Extract<Piece, { readonly kind: 'reference' }>,
  { metadata, resources }: References,
): BrokenReference | undefined {
  const { offset, parts, reference } = piece;
  const [root, name] = parts;
  const shown = `\`\${${reference.slice(0, 100)}}\``;
  if (root === 'metadata') {
    if (metadataValue(metadata, parts.slice(1)) !== undefined) return undefined;
    const message = `${shown} is not in the metadata`;
    return { offset, message, fix: 'Add it under `metadata`, or correct the name.' };
  }
  if (root !== 'resources') {
    const message = `${shown} refers to neither \`metadata\` nor \`resources\``;
    return { offset, message, fix: 'Write `$$` for a dollar sign that is meant as one.' };
  }
  if (name !== undefined && resources.has(name)) return undefined;
  const known = [...resources].join(', ');
  const message = `${shown} is no resource of this workload`;
  const fix = known === '' ? 'Add it under `resources`.' : `It has: ${known}.`;
  return { offset, message, fix };
}

/** The text of a value of the metadata: as it is when it is a text, else as JSON. */
export function metadataValue(
  metadata: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): string | undefined {
  if (keys.length === 0) return undefined;
  const value = keys.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null && !Array.isArray(at) && Object.hasOwn(at, key)
        ? (at as Readonly<Record<string, unknown>>)[key]
        : undefined,
    metadata,
  );
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

/** Every text in a value of JSON, with its path. */
export function* textsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly [readonly (string | number)[], string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
  }
}
