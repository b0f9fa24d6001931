import { readFileSync } from 'node:fs';
import { socketInodes } from './process-facts.ts';

export interface Listener {
  readonly port: number;
  readonly inode: string;
  /** True when it takes connections from other machines too. */
  readonly wildcard: boolean;
}

const listening = '0A';

function readTable(file: string): readonly Listener[] {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return [];
  }
  const listeners: Listener[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [address = '', port = ''] = (fields[1] ?? '').split(':');
    if (fields[3] !== listening) continue;
    listeners.push({
      port: Number.parseInt(port, 16),
      inode: fields[9] ?? '',
      wildcard: /^0+$/.test(address),
    });
  }
  return listeners;
}

export function readListeners(): readonly Listener[] {
  return [...readTable('/proc/net/tcp'), ...readTable('/proc/net/tcp6')];
}

/** Listeners in the network of a process, which may be another than this one's. */
export const listenersOf = (pid: number): readonly Listener[] => [
  ...readTable(`/proc/${pid}/net/tcp`),
  ...readTable(`/proc/${pid}/net/tcp6`),
];

/** Who listens on a port, seen from the processes of one instance. */
export type PortOwner = 'ours' | 'stranger' | 'nobody' | 'unknown';

/** Whether the listener of a port belongs to one of the processes. `unknown` where the system does not tell. */
export function portOwner(port: number, pids: readonly number[]): PortOwner {
  const listeners = readListeners();
  if (listeners.length === 0) return 'unknown';
  const inodes = listeners.filter((one) => one.port === port).map((one) => one.inode);
  if (inodes.length === 0) return 'nobody';
  let readable = false;
  for (const pid of pids) {
    const held = socketInodes(pid);
    if (held === undefined) continue;
    readable = true;
    if (inodes.some((inode) => held.has(inode))) return 'ours';
  }
  return readable ? 'stranger' : 'unknown';
}

/** The ports on which any of the processes listens. */
export function portsOf(pids: readonly number[]): readonly number[] {
  const held = new Set(pids.flatMap((pid) => [...(socketInodes(pid) ?? [])]));
  const own = readListeners().filter((one) => held.has(one.inode));
  return [...new Set(own.map((one) => one.port))];
}
