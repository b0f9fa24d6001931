import { metadataValue, type Piece, piecesOf } from './placeholders.ts';
import type { ResourceMeaning } from './score-resources.ts';

export interface ExpandedText {
  readonly text: string;
  /** It has places that bindings fill: `${needs.db.host}`; a dollar sign of its own is `$$` then. */
  readonly bound: boolean;
}

/** A text of a workload with what is known filled in, and the rest in the platform's own terms. */
export function expandText(
  text: string,
  metadata: Readonly<Record<string, unknown>>,
  meanings: ReadonlyMap<string, ResourceMeaning>,
): ExpandedText {
  const pieces = piecesOf(text).map((piece) => known(piece, metadata));
  const bound = pieces.some(({ kind }) => kind === 'reference');
  const parts = pieces.map((piece) => {
    if (piece.kind === 'text') return bound ? piece.text.replaceAll('$', '$$$$') : piece.text;
    return `\${${bindingPath(piece.parts, meanings)}}`;
  });
  return { text: parts.join(''), bound };
}

function known(piece: Piece, metadata: Readonly<Record<string, unknown>>): Piece {
  if (piece.kind === 'text' || piece.parts[0] !== 'metadata') return piece;
  return { kind: 'text', text: metadataValue(metadata, piece.parts.slice(1)) ?? '' };
}

function bindingPath(
  [, name = '', ...keys]: readonly string[],
  meanings: ReadonlyMap<string, ResourceMeaning>,
): string {
  const kind = meanings.get(name)?.kind;
  const path =
    kind === 'address' || kind === 'route'
      ? ['route', ...keys]
      : kind === 'environment'
        ? ['environment', ...keys]
        : ['needs', name, ...keys];
  return path.map((part) => part.replaceAll('.', '\\.')).join('.');
}
