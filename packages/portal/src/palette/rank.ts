export interface Entry {
  readonly id: string;
  readonly title: string;
  /** More words by which it is found. */
  readonly words: string;
  readonly group: string;
}

/** How well an entry fits what was typed; -1 is not at all. Lower is better. */
export function fit(entry: Entry, text: string): number {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 0;
  const title = entry.title.toLowerCase();
  const everything = `${title} ${entry.words.toLowerCase()}`;
  if (!words.every((word) => everything.includes(word))) return -1;
  const joined = words.join(' ');
  if (title === joined) return 0;
  if (title.startsWith(joined)) return 1;
  const parts = title.split(/[\s-]+/);
  if (words.every((word) => parts.some((part) => part.startsWith(word)))) return 2;
  return words.every((word) => title.includes(word)) ? 3 : 4;
}

/** The best entries in the order of their groups' first mention, at most `limit`. */
export function ranked<E extends Entry>(
  entries: readonly E[],
  text: string,
  limit: number,
): readonly E[] {
  const fitting = entries
    .map((entry, index) => ({ entry, index, order: fit(entry, text) }))
    .filter(({ order }) => order >= 0)
    .toSorted((one, other) => one.order - other.order || one.index - other.index)
    .slice(0, limit)
    .map(({ entry }) => entry);
  const groups = [...new Set(fitting.map(({ group }) => group))];
  return groups.flatMap((group) => fitting.filter((entry) => entry.group === group));
}
