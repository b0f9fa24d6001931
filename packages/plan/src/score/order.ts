/**
 * An order in which each comes after all that it waits for; those that can go at the same time by name. What is left
 * over waits for itself in the end.
 */
export function inOrder(waits: ReadonlyMap<string, ReadonlySet<string>>): {
  readonly order: readonly string[];
  readonly cycle: readonly string[];
} {
  const left = new Map([...waits].map(([name, others]) => [name, new Set(others)]));
  const order: string[] = [];
  for (;;) {
    const free = [...left].filter(([, others]) => others.size === 0).map(([name]) => name);
    if (free.length === 0) return { order, cycle: [...left.keys()].toSorted() };
    for (const name of free) left.delete(name);
    for (const others of left.values()) for (const name of free) others.delete(name);
    order.push(...free.toSorted());
  }
}
