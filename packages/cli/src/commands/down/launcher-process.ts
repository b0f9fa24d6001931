import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** When a process started, in clock ticks: with its id it names the process for good. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // Without /proc (macOS) the launcher writes `alive` and the id alone has to do.
    try {
      process.kill(pid, 0);
      return 'alive';
    } catch {
      return undefined;
    }
  }
}

/** The process of the launcher that holds a data directory; undefined when none lives. */
export function launcherOf(dataDirectory: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDirectory, 'up.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const [pid = '', started = ''] = text.trim().split(' ');
  if (!/^[1-9][0-9]{0,9}$/.test(pid)) return undefined;
  return startTime(Number(pid)) === started ? Number(pid) : undefined;
}
