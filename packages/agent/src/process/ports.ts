import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { PltfError } from '@pltf/contracts';

/** Hands out ports for instances, each at most once at a time. */
export interface Ports {
  take(): Promise<number>;
  /** Marks a port as taken that an adopted instance holds. */
  adopt(port: number): void;
  give(port: number): void;
}

const first = 20_000;
const last = 29_999;

/** The lowest port that the kernel gives to outgoing connections; an instance there would clash with one. */
function ephemeralStart(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').split(/\s+/)[0]);
  } catch {
    return 32_768;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    // The wildcard address clashes with a listener on any address of the machine.
    probe.listen({ port, host: '0.0.0.0', exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}

/** `start` spreads agents of one machine over the range, so that they rarely try the same port. */
export function createPorts(start: number): Ports {
  const end = Math.min(last, ephemeralStart() - 1);
  const size = end - first + 1;
  const taken = new Set<number>();
  let cursor = start;
  return {
    async take() {
      for (let tries = 0; tries < size; tries += 1) {
        const port = first + (cursor % size);
        cursor += 1;
        if (taken.has(port)) continue;
        taken.add(port);
        if (await isFree(port)) return port;
        taken.delete(port);
      }
      throw new PltfError('unavailable', {
        detail: `All ports from ${first} to ${end} are in use.`,
        fix: 'Stop placements that nobody needs, or programs that listen in this range.',
      });
    },
    adopt: (port) => void taken.add(port),
    give: (port) => void taken.delete(port),
  };
}
