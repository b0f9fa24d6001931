import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Limits {
  readonly memoryMiB: number;
  /** A share of the machine when it is busy, not a ceiling; 1 is one core's worth. */
  readonly cpu: number;
  readonly processes: number;
}

/** The kernel's group around one program and everything it forks. */
export interface Cgroup {
  /** One folder a hierarchy; kept on disk, so that a later agent finds the group again. */
  readonly folders: readonly string[];
}

/** Makes and removes control groups. All functions are about groups of this agent only. */
export interface Cgroups {
  readonly kind: 'cgroup1' | 'cgroup2' | undefined;
  readonly limitsProcesses: boolean;
  create(name: string, limits: Limits): Cgroup;
  /** Names of the groups that exist, also those of an earlier agent. */
  list(): readonly string[];
  open(name: string): Cgroup;
  /** Removes what this agent made for all groups, unless a group is left. */
  close(): void;
}

/** Controllers by name, as folders in which this agent may make groups. */
interface Hierarchy {
  readonly folder: string;
  readonly write: (folder: string, limits: Limits) => void;
}

function set(folder: string, file: string, value: string): void {
  try {
    writeFileSync(path.join(folder, file), value);
  } catch {
    // A kernel without this knob (swap accounting, weights) still keeps the other limits.
  }
}

const mebibyte = 1024 * 1024;

const version1: Record<string, Hierarchy['write']> = {
  memory: (folder, { memoryMiB }) => {
    writeFileSync(path.join(folder, 'memory.limit_in_bytes'), String(memoryMiB * mebibyte));
    set(folder, 'memory.memsw.limit_in_bytes', String(memoryMiB * mebibyte));
  },
  pids: (folder, { processes }) => {
    writeFileSync(path.join(folder, 'pids.max'), String(processes));
  },
  cpu: (folder, { cpu }) => set(folder, 'cpu.shares', String(Math.max(2, Math.round(cpu * 1024)))),
};

function writeVersion2(folder: string, limits: Limits): void {
  writeFileSync(path.join(folder, 'memory.max'), String(limits.memoryMiB * mebibyte));
  set(folder, 'memory.swap.max', '0');
  set(folder, 'pids.max', String(limits.processes));
  const weight = Math.min(10_000, Math.max(1, Math.round(limits.cpu * 100)));
  set(folder, 'cpu.weight', String(weight));
}

/** The agent's own group in each hierarchy: below it is where it may make others. */
function ownGroups(): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  try {
    for (const line of readFileSync('/proc/self/cgroup', 'latin1').trim().split('\n')) {
      const [, controllers = '', group = '/'] = line.split(':');
      for (const controller of controllers.split(',')) groups.set(controller, group);
    }
  } catch {
    // No /proc: no control groups either.
  }
  return groups;
}

/** A folder that this process could make groups in and set limits on; undefined when it could not. */
function tryHierarchy(
  parent: string,
  label: string,
  write: Hierarchy['write'],
): Hierarchy | undefined {
  const folder = path.join(parent, `pltf-${label}`);
  const probe = path.join(folder, `probe-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    mkdirSync(probe, { recursive: true });
    write(probe, { memoryMiB: 64, cpu: 1, processes: 64 });
    readFileSync(path.join(probe, 'cgroup.procs'));
    return { folder, write };
  } catch {
    return undefined;
  } finally {
    removeGroup(probe);
  }
}

function findVersion1(label: string): ReadonlyMap<string, Hierarchy> {
  const found = new Map<string, Hierarchy>();
  const own = ownGroups();
  for (const [controller, write] of Object.entries(version1)) {
    const group = own.get(controller);
    if (group === undefined) continue;
    const hierarchy = tryHierarchy(path.join('/sys/fs/cgroup', controller, group), label, write);
    if (hierarchy !== undefined) found.set(controller, hierarchy);
  }
  return found;
}

/**
 * The second version lets no group with processes of its own hand controllers down, except the root, so
 * next to the agent's own group its parent is tried.
 */
function findVersion2(label: string): Hierarchy | undefined {
  const own = ownGroups().get('');
  if (own === undefined) return undefined;
  const root = '/sys/fs/cgroup';
  for (const parent of [own, path.dirname(own)]) {
    const folder = path.join(root, parent);
    if (!controllersOf(folder).includes('memory')) continue;
    set(folder, 'cgroup.subtree_control', '+memory +pids +cpu');
    const group = path.join(folder, `pltf-${label}`);
    const existed = exists(group);
    try {
      mkdirSync(group, { recursive: true });
    } catch {
      continue;
    }
    set(group, 'cgroup.subtree_control', '+memory +pids +cpu');
    const hierarchy = tryHierarchy(folder, label, writeVersion2);
    if (hierarchy !== undefined) return hierarchy;
    if (!existed) removeGroup(group);
  }
  return undefined;
}

/** Empty where the second version is not mounted, or has been left without controllers. */
function controllersOf(folder: string): readonly string[] {
  try {
    return readFileSync(path.join(folder, 'cgroup.controllers'), 'latin1').trim().split(' ');
  } catch {
    return [];
  }
}

function exists(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not there, or a process is still in it.
  }
}

/** Finds out what this machine allows by doing it. `label` keeps agents of one machine apart. */
export function openCgroups(label: string, wanted: boolean): Cgroups {
  const second = wanted ? findVersion2(label) : undefined;
  const first = wanted && second === undefined ? findVersion1(label) : new Map<string, Hierarchy>();
  const hierarchies = second === undefined ? [...first.values()] : [second];
  const memory = second !== undefined || first.has('memory');
  const open = (name: string): Cgroup => ({
    folders: hierarchies.map((hierarchy) => path.join(hierarchy.folder, name)),
  });
  return {
    close: () => hierarchies.forEach(({ folder }) => removeGroup(folder)),
    kind: second !== undefined ? 'cgroup2' : memory ? 'cgroup1' : undefined,
    limitsProcesses: second !== undefined || first.has('pids'),
    open,
    create(name, limits) {
      for (const hierarchy of hierarchies) {
        const folder = path.join(hierarchy.folder, name);
        mkdirSync(folder, { recursive: true });
        hierarchy.write(folder, limits);
      }
      return open(name);
    },
    list() {
      const names = new Set<string>();
      for (const { folder } of hierarchies) {
        for (const entry of readdirSync(folder, { withFileTypes: true })) {
          if (entry.isDirectory()) names.add(entry.name);
        }
      }
      return [...names];
    },
  };
}

/** Every process of the group, forks that left the process group included. */
export function cgroupMembers(group: Cgroup): readonly number[] {
  const pids = new Set<number>();
  for (const folder of group.folders) {
    try {
      const text = readFileSync(path.join(folder, 'cgroup.procs'), 'latin1');
      for (const line of text.split('\n')) if (line !== '') pids.add(Number(line));
    } catch {
      // The group is gone.
    }
  }
  return [...pids];
}

/** How often the kernel killed in this group because its memory was used up. */
export function outOfMemoryKills(group: Cgroup): number {
  let kills = 0;
  for (const folder of group.folders) {
    for (const file of ['memory.events', 'memory.oom_control']) {
      try {
        const text = readFileSync(path.join(folder, file), 'latin1');
        kills += Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
      } catch {
        // The other version of control groups, or another controller's hierarchy.
      }
    }
  }
  return kills;
}

/** Removes an empty group; true when nothing of it is left. */
export function removeCgroup(group: Cgroup): boolean {
  for (const folder of group.folders) removeGroup(folder);
  return !group.folders.some(exists);
}

/** The files a process writes its number to, to enter the group. */
export const entriesOf = (group: Cgroup): readonly string[] =>
  group.folders.map((folder) => path.join(folder, 'cgroup.procs'));
