import type { JournalEntry, Owner } from '@pltf/contracts';
import type { Logger } from 'pino';
import type { Ports } from '../process/ports.ts';
import type { ProgramEnds } from '../process/program-end.ts';
import type { ReleaseStore } from '../release/release-store.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { InstanceEngines } from './instance-engine.ts';
import type { MachineFacts } from './program-environment.ts';
import type { ReleaseCommands } from './release-command.ts';
import type { TrafficRouter } from './traffic-router.ts';

/** What programs of this machine are made with. */
export interface ProgramContext {
  readonly sandbox: Sandbox;
  readonly ends: ProgramEnds;
  readonly bootId: string;
  readonly ports: Ports;
  readonly releases: ReleaseStore;
  readonly commands: ReleaseCommands;
  readonly machine: MachineFacts;
}

/** What all placements of an agent share. */
export interface PlacementContext {
  readonly sandbox: Sandbox;
  readonly router: TrafficRouter;
  readonly releases: ReleaseStore;
  readonly commands: Pick<ReleaseCommands, 'cancel'>;
  readonly engines: InstanceEngines;
  readonly placementsFolder: string;
  readonly logsFolder: string;
  readonly log: Logger;
  /** Removes unpacked releases of an owner that no placement needs any more. */
  readonly sweepReleases: (owner: Owner) => Promise<void>;
  readonly tell: (entry: JournalEntry['entry']) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
}
