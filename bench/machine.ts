import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Of the last minute before the run: above zero, others used the machine too. */
  readonly loadBefore: number;
}

export function thisMachine(): Machine {
  return {
    cores: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1e8) / 10,
    system: `${process.platform} ${release()}`,
    node: process.version,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export const machineLine = (machine: Machine): string =>
  `${machine.cores} cores ${machine.model}, ${machine.memoryGb} GB, ${machine.system}, Node.js ${machine.node}, load before ${machine.loadBefore}`;
