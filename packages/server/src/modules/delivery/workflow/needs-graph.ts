/** One circle of jobs that wait for each other, in the order of waiting; undefined when there is none. */
export function findCycle(
  needs: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined {
  const finished = new Set<string>();
  for (const start of needs.keys()) {
    const path: { readonly job: string; next: number }[] = [{ job: start, next: 0 }];
    const open = new Set([start]);
    while (path.length > 0) {
      const top = path.at(-1);
      if (top === undefined) break;
      const need = needs.get(top.job)?.[top.next];
      top.next += 1;
      if (need === undefined) {
        finished.add(top.job);
        open.delete(top.job);
        path.pop();
      } else if (open.has(need)) {
        const jobs = path.map(({ job }) => job);
        return [...jobs.slice(jobs.indexOf(need)), need];
      } else if (!finished.has(need) && needs.has(need)) {
        open.add(need);
        path.push({ job: need, next: 0 });
      }
    }
  }
  return undefined;
}

/** All jobs that a job waits for, directly or through others. */
export function ancestorsOf(
  needs: ReadonlyMap<string, readonly string[]>,
  job: string,
): ReadonlySet<string> {
  const ancestors = new Set<string>();
  const open = [...(needs.get(job) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (ancestors.has(next)) continue;
    ancestors.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return ancestors;
}
