interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

const pageSize = 500;

/** The first `most` items of a list, page after page. */
export async function collect<T>(
  read: (request: PageRequest) => Promise<Page<T>>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(pageSize, most - items.length);
    const page = await read(cursor === undefined ? { limit } : { limit, cursor });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < most);
  return items;
}
