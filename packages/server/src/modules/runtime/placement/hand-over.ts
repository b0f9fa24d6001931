import { PltfError } from '@pltf/contracts';
import { handedOver } from '@pltf/plan';
import type { RolloutLedger } from '../rollout/rollout-ledger.ts';
import type { Accepted, RolloutRecord } from '../rollout/rollout-record.ts';
import type { Placement } from './placement.ts';
import { type LeftBehind, type MoveDependencies, writeLeft } from './placement-move.ts';

export interface HandOver {
  readonly placement: Placement;
  /** What has to let go before anything else can be done; empty once nothing has to. */
  readonly waits: readonly LeftBehind[];
}

/**
 * Moves within one cluster, where an agent pulls from a repository: instances run on, and who has them in hand changes.
 * Out of a repository the agent lets go first, then the new runtime takes over what is there; into one, the new runtime
 * begins with what the old one knew, and takes over as it rolls out. Each step is derived from the repository, the cluster
 * and the books, so that a kill between any two is gone on from.
 */
export async function handOver(
  dependencies: MoveDependencies,
  placement: Placement,
  signal: AbortSignal,
): Promise<HandOver> {
  const { platform, ledger } = dependencies;
  const { id, runtime: to } = placement;
  const waits: LeftBehind[] = [];
  const gone: string[] = [];
  for (const from of to === undefined ? [] : placement.leftOn) {
    const order = handedOver(platform.current(), from, to);
    if (order === undefined || to === undefined) continue;
    if (order === 'agent-last') {
      await carryRecord(ledger, id, { from, to });
      continue;
    }
    const because = await takeOver(dependencies, id, { from, to }, signal);
    if (because === undefined) gone.push(from);
    else waits.push({ runtime: from, because });
  }
  if (gone.length === 0) return { placement, waits };
  const leftOn = placement.leftOn.filter((name) => !gone.includes(name));
  await writeLeft(dependencies, placement, leftOn, []);
  return { placement: { ...placement, leftOn }, waits };
}

interface Way {
  readonly from: string;
  readonly to: string;
}

/** Undefined once it is in the new runtime's hands; else what that waits for. */
async function takeOver(
  { runtimes, ledger }: MoveDependencies,
  id: string,
  way: Way,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const [old, next] = await Promise.all([runtimes.named(way.from), runtimes.named(way.to)]);
    if (old.letGo === undefined || next.takeOver === undefined)
      return `nobody hands over what is on ${way.from}`;
    const answer = await old.letGo(id, way.to, signal);
    if ('waits' in answer) return answer.waits;
    await next.takeOver(id, answer.hand, signal);
    await carryRecord(ledger, id, way);
    const left = await old.remove(id, signal);
    return left === false ? 'its agent has not let go of it yet' : undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof PltfError)) throw error;
    return error.detail;
  }
}

/**
 * What the old runtime knew, where the new one knows less: what serves, what can be gone back to, and which
 * release tasks and tasks have run, so that none runs twice.
 */
async function carryRecord(ledger: RolloutLedger, id: string, { from, to }: Way): Promise<void> {
  const [known, there] = await Promise.all([ledger.read(from, id), ledger.read(to, id)]);
  if (known === undefined) return;
  const isBehind = there === undefined || revisionOf(there.record) < revisionOf(known.record);
  if (isBehind) await ledger.write(carried(known.record, to), there?.version ?? 0);
}

const revisionOf = ({ current }: RolloutRecord): number => current.wanted.desired.revision;

/** Without what holds in one place only: the file in a repository, and what was known of the cluster. */
function carried(record: RolloutRecord, runtime: string): RolloutRecord {
  const { written: _, current, good, earlier, ...rest } = record;
  return {
    ...rest,
    runtime,
    current: withoutFacts(current),
    ...(good === undefined ? {} : { good: withoutFacts(good) }),
    ...(earlier === undefined ? {} : { earlier: withoutFacts(earlier) }),
  };
}

const withoutFacts = ({ facts: _, ...accepted }: Accepted): Accepted => accepted;
