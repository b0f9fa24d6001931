import { PltfError } from '@pltf/contracts';
import { accept } from '@pltf/plan';
import { type Tx, transact } from '../../persistence/transaction.ts';
import type { FleetChange } from './fleet-change.ts';
import { type FleetDependencies, fleetKeys, fleetReconciler } from './fleet-dependencies.ts';

export interface FleetRequest {
  readonly actor: string;
  readonly why: string | undefined;
}

export interface FleetService {
  /** No placement more gets the change until somebody resumes it. */
  halt(request: FleetRequest): Promise<FleetChange>;
  /** Goes on, with what failed so far accepted. */
  resume(request: FleetRequest): Promise<FleetChange>;
  /** Takes back what got the change: each placement rolls out what it had before. */
  abort(request: FleetRequest): Promise<FleetChange>;
  hold(placement: string, request: FleetRequest): Promise<void>;
  release(placement: string): Promise<void>;
  /** Something may have happened to a placement that a change waits for. */
  wake(tx: Tx): Promise<void>;
}

/** What people do with a change that goes out. */
export function fleetService(dependencies: FleetDependencies): FleetService {
  const { db, store, queries, runtimeQueries, clock } = dependencies;
  return {
    halt: (request) =>
      decide(dependencies, request, 'fleet-halted', ['running'], (change) => ({
        ...change,
        state: 'halted',
        reason: `${request.actor} halted it${because(request)}`,
      })),
    resume: (request) =>
      decide(dependencies, request, 'fleet-resumed', ['halted'], (change) => ({
        ...change,
        ...{ state: 'running', reason: undefined, waves: accept(change.waves) },
      })),
    abort: (request) =>
      decide(dependencies, request, 'fleet-abort-started', ['running', 'halted'], (change) => ({
        ...change,
        state: 'aborting',
        reason: `${request.actor} aborted it${because(request)}`,
      })),
    hold: async (placement, { actor, why }) => {
      await runtimeQueries.placement(placement);
      const hold = { placement, by: actor, why: why ?? 'no reason was given', since: clock.now() };
      await transact(db, (tx) => store.hold(tx, hold));
    },
    release: async (placement) => {
      const was = await transact(db, (tx) => store.release(tx, placement));
      if (!was) throw new PltfError('not-found', { detail: `nobody holds ${placement}` });
    },
    wake: async (tx) => {
      if (await queries.hasOpen(tx)) tx.wake(fleetReconciler, fleetKeys.change);
    },
  };
}

const because = ({ why }: FleetRequest): string => (why === undefined ? '' : `: ${why}`);

async function decide(
  { db, store }: FleetDependencies,
  { actor, why }: FleetRequest,
  type: 'fleet-halted' | 'fleet-resumed' | 'fleet-abort-started',
  from: readonly FleetChange['state'][],
  next: (change: FleetChange) => FleetChange,
): Promise<FleetChange> {
  return transact(db, async (tx) => {
    const change = await store.lockOpen(tx);
    if (change === undefined || !from.includes(change.state)) throw notSo(change);
    const decided = next(change);
    await store.save(tx, decided);
    const verb = { 'fleet-halted': 'halted', 'fleet-resumed': 'resumed' } as const;
    const word = type === 'fleet-abort-started' ? 'aborted' : verb[type];
    tx.tell({
      ...{ type, actor, why },
      summary: `${actor} ${word} version ${change.toVersion} of the platform`,
      data: { change: change.id, version: change.toVersion },
    });
    tx.wake(fleetReconciler, fleetKeys.change);
    return decided;
  });
}

const notSo = (change: FleetChange | undefined): PltfError =>
  new PltfError('conflict', {
    detail:
      change === undefined
        ? 'no change is on its way to clusters'
        : `version ${change.toVersion} of the platform is ${change.state}`,
    fix: '`pltf fleet status` shows what can be done.',
  });
