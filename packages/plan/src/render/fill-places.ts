/** A text with what is known filled in; `open` are the places of which nobody knows what they are. */
export interface FilledText {
  readonly text: string;
  readonly open: readonly string[];
}

export interface Filling {
  /** What a place becomes, by its parts; undefined: nobody knows. */
  readonly valueOf: (parts: readonly string[]) => string | undefined;
  /** The text between places, in the language of who reads it; as it is when absent. */
  readonly plain?: (text: string) => string;
}

const place = /\$\$|\$\{([^}]*)\}/g;

/** Fills the places of a text (`redis://${needs.cache.host}`, `$$` for a dollar sign). An open place becomes nothing. */
export function fillPlaces(text: string, { valueOf, plain = (same) => same }: Filling): FilledText {
  const open: string[] = [];
  let made = '';
  let end = 0;
  for (const found of text.matchAll(place)) {
    made += plain(text.slice(end, found.index));
    end = found.index + found[0].length;
    if (found[1] === undefined) {
      made += plain('$');
      continue;
    }
    const parts = found[1].split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
    const value = valueOf(parts);
    if (value === undefined) open.push(found[0]);
    made += value ?? '';
  }
  return { text: made + plain(text.slice(end)), open };
}
