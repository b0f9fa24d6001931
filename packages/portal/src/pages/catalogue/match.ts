import type { ComponentKind, ComponentSummary, Wellness } from '@pltf/contracts';

export interface CatalogueFilter {
  readonly text: string;
  readonly kind: ComponentKind | undefined;
  readonly owner: string | undefined;
  readonly wellness: Wellness | undefined;
}

export const noFilter: CatalogueFilter = {
  text: '',
  kind: undefined,
  owner: undefined,
  wellness: undefined,
};

export const isFiltered = (filter: CatalogueFilter): boolean =>
  filter.text.trim() !== '' ||
  filter.kind !== undefined ||
  filter.owner !== undefined ||
  filter.wellness !== undefined;

const wordsOf = (text: string): readonly string[] =>
  text.toLowerCase().split(/\s+/).filter(Boolean);

/** Where the words were found decides the order: name from its start, a part of it, elsewhere; -1 is no match. */
export function rank(component: ComponentSummary, text: string): number {
  const words = wordsOf(text);
  if (words.length === 0) return 0;
  const joined = words.join('-');
  const { name } = component;
  const everything = `${name} ${component.owner} ${component.description.toLowerCase()} ${component.kind}`;
  if (!words.every((word) => everything.includes(word))) return -1;
  if (name === joined) return 0;
  if (name.startsWith(joined)) return 1;
  if (words.every((word) => name.split('-').some((part) => part.startsWith(word)))) return 2;
  if (words.every((word) => name.includes(word))) return 3;
  return 4;
}

/** The rows to show, best matches first and by name within. */
export function found(
  components: readonly ComponentSummary[],
  filter: CatalogueFilter,
): readonly ComponentSummary[] {
  return components
    .filter(
      (component) =>
        (filter.kind === undefined || component.kind === filter.kind) &&
        (filter.owner === undefined || component.owner === filter.owner) &&
        (filter.wellness === undefined || component.wellness === filter.wellness),
    )
    .map((component) => ({ component, order: rank(component, filter.text) }))
    .filter(({ order }) => order >= 0)
    .toSorted(
      (one, other) =>
        one.order - other.order || one.component.name.localeCompare(other.component.name, 'en'),
    )
    .map(({ component }) => component);
}

/** Rows of both lists, each name once; the first list wins. */
export function merged(
  loaded: readonly ComponentSummary[],
  answered: readonly ComponentSummary[],
): readonly ComponentSummary[] {
  const names = new Set(loaded.map(({ name }) => name));
  return [...loaded, ...answered.filter(({ name }) => !names.has(name))];
}

export interface TextPart {
  readonly text: string;
  readonly hit: boolean;
}

/** A text cut into parts, those that match a word of the search marked. */
export function marked(text: string, search: string): readonly TextPart[] {
  const words = wordsOf(search);
  const lower = text.toLowerCase();
  const hits = Array.from({ length: text.length }, () => false);
  for (const word of words) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      hits.fill(true, at, at + word.length);
    }
  }
  const parts: { text: string; hit: boolean }[] = [];
  for (const [index, character] of [...text].entries()) {
    const last = parts.at(-1);
    const hit = hits[index] ?? false;
    if (last?.hit === hit) last.text += character;
    else parts.push({ text: character, hit });
  }
  return parts;
}
