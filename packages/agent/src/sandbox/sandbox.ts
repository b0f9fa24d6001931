import { spawn } from 'node:child_process';
import { type Isolation, PltfError } from '@pltf/contracts';
import type { Account, Accounts } from './accounts.ts';
import type { Cgroups } from './cgroups.ts';
import { createMemoryWatch, type MemoryWatch } from './memory-watch.ts';
import type { MountRequest } from './mount-plan.ts';
import {
  buildNamespace,
  canHideProcesses,
  type Entrance,
  enterNamespace,
  type Namespace,
} from './namespaces.ts';
import type { Tools } from './tools.ts';

export interface VolumeMount {
  readonly source: string;
  /** Absolute place in the program's view. */
  readonly target: string;
}

/** Everything that keeps the programs of one owner away from the platform and from other owners. */
export interface Sandbox {
  readonly isolation: Isolation;
  readonly accounts: Accounts;
  readonly cgroups: Cgroups;
  readonly tools: Tools;
  /** Folder of the platform's own programs for owners, where they can read it. */
  readonly programs: string;
  /** Only where no control group limits memory. */
  readonly memoryWatch: MemoryWatch | undefined;
  /** The way into the owner's namespace; undefined where there are none. */
  enter(account: Account, volume?: VolumeMount): Promise<Entrance | undefined>;
  close(): void;
}

export interface SandboxOptions {
  readonly isolation: Isolation;
  readonly accounts: Accounts;
  readonly cgroups: Cgroups;
  readonly tools: Tools;
  readonly dataDirectory: string;
  readonly programs: string;
  readonly searchPath: readonly string[];
}

/** Namespaces are built at the first program of an owner and held for the next ones. */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { isolation, accounts, cgroups, tools } = options;
  const namespaces = new Map<string, Promise<Namespace>>();
  const builder = isolation.mounts;
  const memoryWatch = isolation.memory === 'watched' ? createMemoryWatch() : undefined;

  const build = async (account: Account, volume: VolumeMount | undefined): Promise<Namespace> => {
    if (builder === 'none') throw new Error('namespaces are not used here');
    const request = mountRequest(options, account, volume);
    const namespace = await buildNamespace({ builder, tools, request });
    if (request.privileged) await hideProcesses(namespace, tools);
    return namespace;
  };

  return {
    isolation,
    accounts,
    cgroups,
    tools,
    programs: options.programs,
    memoryWatch,
    async enter(account, volume) {
      if (builder === 'none' || tools.nsenter === undefined) {
        if (volume !== undefined) throw volumeNeedsMounts(volume);
        return undefined;
      }
      const key = `${account.folder}\0${volume?.source ?? ''}\0${volume?.target ?? ''}`;
      const known = namespaces.get(key);
      const namespace = known ?? build(account, volume);
      if (known === undefined) {
        namespaces.set(key, namespace);
        namespace.catch(() => namespaces.delete(key));
      }
      const entrance = enterNamespace(await namespace, tools.nsenter, account);
      // Bubblewrap's mounts make no program anybody else's; the machine's own mounts do.
      const extra =
        builder === 'unshare' && tools.setpriv !== undefined
          ? [tools.setpriv, '--no-new-privs', '--']
          : [];
      return { ...entrance, words: [...entrance.words, ...extra] };
    },
    close() {
      for (const namespace of namespaces.values()) {
        namespace.then(
          (built) => built.close(),
          () => undefined,
        );
      }
      namespaces.clear();
      memoryWatch?.close();
      cgroups.close();
    },
  };
}

export function mountRequest(
  options: Pick<SandboxOptions, 'dataDirectory' | 'programs' | 'searchPath' | 'isolation'>,
  account: Account,
  volume?: VolumeMount,
): MountRequest {
  return {
    dataDirectory: options.dataDirectory,
    ownFolder: account.folder,
    releases: account.releases,
    temporary: account.temporary,
    programs: options.programs,
    searchPath: options.searchPath,
    privileged: options.isolation.users,
    ...(volume === undefined ? {} : { volume }),
  };
}

/** A /proc in which programs see only those of their own user: command lines of others stay private. */
function hideProcesses(namespace: Namespace, tools: Tools): Promise<void> {
  if (tools.mount === undefined || tools.nsenter === undefined || !canHideProcesses()) {
    return Promise.resolve();
  }
  const args = ['-t', 'proc', '-o', 'nosuid,nodev,noexec,hidepid=2', 'proc', '/proc'];
  const { words, descriptors } = enterNamespace(namespace, tools.nsenter, undefined);
  const mounting = spawn(tools.nsenter, [...words.slice(1), tools.mount, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', ...descriptors],
  });
  return new Promise((resolve) => {
    mounting.once('error', () => resolve());
    mounting.once('close', () => resolve());
  });
}

function volumeNeedsMounts(volume: VolumeMount): PltfError {
  return new PltfError('unavailable', {
    detail: `The volume ${volume.target} has an absolute path, which needs mount namespaces.`,
    fix: 'Use a path relative to the program (`volume: data`), or install bubblewrap.',
  });
}
