import type { JsonValue } from '@pltf/plan/render';

export interface ReplicaSetState {
  readonly isNew: boolean;
  /** What it is told to have. */
  readonly replicas: number;
  readonly available: number;
}

export interface RollingUpdate {
  readonly replicas: number;
  readonly maxSurge: JsonValue | undefined;
  readonly maxUnavailable: JsonValue | undefined;
}

/** How many each ReplicaSet is told to have next, by the rules of a Deployment's rolling update. */
export function nextReplicas(
  sets: readonly ReplicaSetState[],
  update: RollingUpdate,
): readonly number[] {
  const { replicas } = update;
  const surge = share(update.maxSurge ?? '25%', replicas, Math.ceil);
  const unavailable = share(update.maxUnavailable ?? '25%', replicas, Math.floor);
  const spare = surge === 0 && unavailable === 0 ? 1 : unavailable;
  const total = sum(sets.map((set) => set.replicas));
  const room = Math.max(0, replicas + surge - total);
  const grown = sets.map((set) => {
    if (!set.isNew) return set.replicas;
    return set.replicas > replicas ? replicas : Math.min(replicas, set.replicas + room);
  });
  const unavailableNew = sum(
    sets.map((set, index) => (set.isNew ? Math.max(0, (grown[index] ?? 0) - set.available) : 0)),
  );
  let removable = Math.max(0, sum(grown) - (replicas - spare) - unavailableNew);
  // What is not available anyway goes first: it serves nobody.
  const cleaned = sets.map((set, index) => {
    const now = grown[index] ?? 0;
    if (set.isNew) return now;
    const idle = Math.min(removable, Math.max(0, now - set.available));
    removable -= idle;
    return now - idle;
  });
  let removableServing = Math.max(0, sum(sets.map((set) => set.available)) - (replicas - spare));
  return sets.map((set, index) => {
    const now = cleaned[index] ?? 0;
    if (set.isNew) return now;
    const serving = Math.min(removableServing, now);
    removableServing -= serving;
    return now - serving;
  });
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, next) => total + next, 0);

function share(value: JsonValue, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(typeof value === 'string' ? value : '')?.[1];
  return percent === undefined ? 0 : round((Number(percent) * of) / 100);
}
