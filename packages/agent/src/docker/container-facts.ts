import { readFileSync } from 'node:fs';
import path from 'node:path';
import { listenersOf } from '../process/listeners.ts';

/** What the machine itself shows of a container whose processes it can see: an engine elsewhere shows nothing. */

/** The numbers of a container's processes, the first one's given; none when they are not this machine's. */
export function containerPids(container: string, pid: number): readonly number[] {
  const folder = groupOf(container, pid);
  if (folder === undefined) return [];
  return readText(path.join(folder, 'cgroup.procs'))
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** The folder of the control group that counts its memory. */
function groupOf(container: string, pid: number): string | undefined {
  if (pid === 0) return undefined;
  for (const line of readText(`/proc/${pid}/cgroup`).split('\n')) {
    const [, controllers = '', group = ''] = line.split(':');
    if (!group.includes(container)) continue;
    if (controllers === '') return path.join('/sys/fs/cgroup', group);
    if (controllers.split(',').includes('memory')) {
      return path.join('/sys/fs/cgroup/memory', group);
    }
  }
  return undefined;
}

/** Where a program listens instead of where it should; undefined when nothing is known. */
export function listensElsewhere(pid: number, port: number): string | undefined {
  const listeners = pid === 0 ? [] : listenersOf(pid);
  if (listeners.some((one) => one.port === port && !one.wildcard)) {
    return `it listens there on loopback only, where nobody outside the container can reach it`;
  }
  const others = listeners.filter(({ wildcard }) => wildcard).map((one) => one.port);
  return others.length === 0 ? undefined : `it listens on port ${[...new Set(others)].join(', ')}`;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
