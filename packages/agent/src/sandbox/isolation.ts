import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Isolation } from '@pltf/contracts';
import type { Mechanism } from '../config.ts';
import { firstUidOf, highestUid, openAccounts } from './accounts.ts';
import { openCgroups } from './cgroups.ts';
import { buildNamespace } from './namespaces.ts';
import { createSandbox, mountRequest, type Sandbox, type SandboxOptions } from './sandbox.ts';
import { findTools, type Tools } from './tools.ts';

export interface IsolationOptions {
  readonly dataDirectory: string;
  readonly agentRoot: string;
  readonly accountsFile: string;
  readonly programs: string;
  readonly searchPath: readonly string[];
  readonly label: string;
  readonly without: readonly Mechanism[];
}

/** Finds by trying what this machine offers to keep teams apart, and uses the best of it. */
export async function openSandbox(options: IsolationOptions): Promise<Sandbox> {
  const wants = (mechanism: Mechanism) => !options.without.includes(mechanism);
  const tools = findTools(options.searchPath);
  const root = process.getuid?.() === 0 && wants('users');
  const cgroups = openCgroups(options.label, wants('cgroups'));
  const mounts = await tryMounts(options, tools, root, wants);
  const users = root && (mounts !== 'none' || tools.setpriv !== undefined);
  const owners = ownersRoot(options, users && mounts === 'none');
  const accounts = openAccounts({
    file: options.accountsFile,
    root: owners.folder,
    users,
    first: firstUidOf(options.dataDirectory, highestUid()),
  });
  const memory = cgroups.kind ?? 'watched';
  const facts: Facts = { users, mounts, memory, processes: cgroups.limitsProcesses };
  const isolation: Isolation = { users, mounts, memory, lacks: [...lacks(facts), ...owners.lacks] };
  const { programs } = owners;
  return createSandbox({ ...options, programs, isolation, accounts, cgroups, tools });
}

/** Builds a namespace for an account that exists only for this, and enters nothing. */
async function tryMounts(
  options: IsolationOptions,
  tools: Tools,
  users: boolean,
  wants: (mechanism: Mechanism) => boolean,
): Promise<Isolation['mounts']> {
  if (tools.nsenter === undefined) return 'none';
  const trial = mkdtempSync(path.join(options.agentRoot, 'run', 'trial-'));
  try {
    const accounts = openAccounts({
      file: path.join(trial, 'none'),
      root: trial,
      users: false,
      first: 0,
    });
    const account = await accounts.open({ team: 'trial', component: 'trial' });
    for (const builder of ['bubblewrap', 'unshare'] as const) {
      if (!wants(builder) || tools[builder] === undefined) continue;
      const isolation = { users, mounts: builder, memory: 'watched', lacks: [] } as const;
      const shape: Pick<SandboxOptions, 'dataDirectory' | 'programs' | 'searchPath' | 'isolation'> =
        {
          ...options,
          isolation: { ...isolation, lacks: [] },
        };
      try {
        const request = mountRequest(shape, account);
        (await buildNamespace({ builder, tools, request })).close();
        return builder;
      } catch {
        // The next way.
      }
    }
    return 'none';
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

interface OwnersRoot {
  readonly folder: string;
  readonly programs: string;
  readonly lacks: readonly string[];
}

/**
 * Where the owners' folders lie. Without mounts other users must be able to pass through all folders above
 * them, and the data directory stays closed: then they are below /var/lib.
 */
function ownersRoot(options: IsolationOptions, mustPass: boolean): OwnersRoot {
  const usual = path.join(options.agentRoot, 'owners');
  if (!mustPass) return { folder: usual, programs: options.programs, lacks: [] };
  const folder = path.join('/var/lib', `pltf-${options.label}`);
  const programs = path.join(folder, 'programs');
  for (const place of [folder, programs]) {
    mkdirSync(place, { recursive: true });
    chmodSync(place, 0o711);
  }
  cpSync(options.programs, programs, { recursive: true });
  chmodSync(programs, 0o755);
  return { folder, programs, lacks: [`teams' files are in ${folder}, outside the data directory`] };
}

interface Facts {
  readonly users: boolean;
  readonly mounts: Isolation['mounts'];
  readonly memory: Isolation['memory'];
  readonly processes: boolean;
}

function lacks(facts: Facts): readonly string[] {
  const missing: string[] = [];
  if (!facts.users) {
    missing.push("all teams' programs run as the platform's own user: they can signal each other");
  }
  if (facts.mounts === 'none' && !facts.users) {
    missing.push("programs can read every file of the platform's user, its keys included");
  } else if (facts.mounts === 'none') {
    missing.push('programs share one view of the file system and one /tmp');
    missing.push('programs see the command lines of other programs');
  }
  if (facts.mounts === 'unshare' && !facts.users) {
    missing.push("programs can write where the platform's user can, outside its home and its data");
  }
  if (facts.memory === 'watched') {
    missing.push('memory limits are checked once a second, not enforced by the kernel');
  }
  if (!facts.processes) {
    missing.push('the number of processes is limited for each user, not for each program');
  }
  missing.push('the network of the machine is shared: programs can reach each other on loopback');
  return missing;
}
