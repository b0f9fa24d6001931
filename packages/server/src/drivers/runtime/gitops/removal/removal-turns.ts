import type { Clock } from '../../../../kernel/clock.ts';

/** How many placements may be taken out of a repository in a minute, whoever asks for how many. */
export interface RemovalTurns {
  /** Undefined: it is this placement's turn. Else what it waits for. A placement that had its turn keeps it. */
  take(placement: string): string | undefined;
  /** It is gone: nothing is kept of it. */
  forget(placement: string): void;
}

const windowMs = 60_000;

export function removalTurns(budget: number, clock: Clock): RemovalTurns {
  /** When each had its turn, the oldest first; milliseconds. */
  const turns = new Map<string, number>();
  return {
    take: (placement) => {
      if (turns.has(placement)) return undefined;
      const now = clock.now().getTime();
      const recent = [...turns].filter(([, at]) => at > now - windowMs);
      if (recent.length < budget) {
        turns.set(placement, now);
        return undefined;
      }
      const names = recent.slice(0, 3).map(([name]) => name);
      return `waits for its turn: ${recent.length} removals within a minute are the most (\`removals\` of the runtime); before it ${names.join(', ')}${recent.length > names.length ? ' …' : ''}`;
    },
    // It counts until its minute is over, else a fast agent would lift the limit.
    forget: (placement) => {
      const at = turns.get(placement);
      if (at !== undefined && at <= clock.now().getTime() - windowMs) turns.delete(placement);
    },
  };
}
