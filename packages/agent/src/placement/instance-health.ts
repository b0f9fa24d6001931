import { probe } from './health-probe.ts';
import { cohortOf } from './placement-record.ts';
import type { RecordFile } from './record-file.ts';

export interface InstanceHealthOptions {
  readonly file: RecordFile;
  readonly say: (instance: string, text: string) => void;
  readonly changed: () => void;
}

const timeoutMs = 5000;
const unhealthyAfter = 3;
const probed: ReadonlySet<string> = new Set(['healthy', 'unhealthy']);

/** Looks at the health of instances that have, or could have, traffic; one look a call. */
export function createInstanceHealth({ file, say, changed }: InstanceHealthOptions) {
  const failures = new Map<string, number>();

  /** After some failures in a row an instance is unhealthy; one answer makes it healthy again. */
  const check = async (id: string): Promise<void> => {
    const before = file.instance(id);
    const health = cohortOf(file.record, before?.cohort)?.run.health;
    if (before?.port === undefined || !probed.has(before.state)) return;
    const problem = await probe(
      { address: before.address, port: before.port, path: health },
      timeoutMs,
    );
    const now = file.instance(id);
    if (now === undefined || now.state !== before.state || now.port !== before.port) return;
    const count = problem === undefined ? 0 : (failures.get(id) ?? 0) + 1;
    failures.set(id, count);
    if (problem === undefined && now.state === 'unhealthy') {
      file.changeInstance(id, { state: 'healthy' });
      say(id, 'It is healthy again.');
      changed();
    } else if (count >= unhealthyAfter && now.state === 'healthy') {
      file.changeInstance(id, { state: 'unhealthy' });
      say(id, `It is unhealthy: ${problem}, ${count} times in a row.`);
      changed();
    }
  };

  return {
    checks: (): (() => Promise<void>)[] => {
      const known = file.record.instances.filter(({ state }) => probed.has(state));
      return known.map((instance) => () => check(instance.id));
    },
    forget: (id: string): void => {
      failures.delete(id);
    },
  };
}
