import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { release } from 'node:os';
import { PltfError } from '@pltf/contracts';
import type { Account } from './accounts.ts';
import { bubblewrapArguments, type MountRequest } from './mount-plan.ts';
import type { Tools } from './tools.ts';
import { unshareArguments } from './unshare-plan.ts';

/**
 * A mount namespace that the agent holds open by its descriptor. Programs enter it with nsenter and exec,
 * so that no monitor process stays beside them and their number is the one the agent got.
 */
export interface Namespace {
  /** Descriptors to hand to the program that enters, which must not depend on the agent from then on. */
  readonly descriptors: readonly number[];
  close(): void;
}

export interface NamespaceOptions {
  readonly builder: 'bubblewrap' | 'unshare';
  readonly tools: Tools;
  readonly request: MountRequest;
}

const keeperScript = 'echo ready >&3; read -r line';
const deadlineMs = 5000;

/** Builds a namespace with a process that ends as soon as the agent holds the namespace itself. */
export async function buildNamespace(options: NamespaceOptions): Promise<Namespace> {
  const { builder, tools, request } = options;
  const args =
    builder === 'bubblewrap'
      ? [
          ...(request.privileged ? [] : ['--unshare-user']),
          ...bubblewrapArguments(request),
          ...['--info-fd', '4', '/bin/sh', '-c', keeperScript],
        ]
      : unshareArguments(request, keeperScript);
  const program = builder === 'bubblewrap' ? tools.bubblewrap : tools.unshare;
  const keeper = spawn(program ?? builder, args, {
    cwd: '/',
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  try {
    const pid = await keeperPid(keeper, builder);
    return hold(pid, request.privileged);
  } finally {
    keeper.stdin?.end();
    keeper.kill('SIGKILL');
  }
}

/** The number of the process inside; throws with what the tool wrote when it ends or takes too long. */
function keeperPid(keeper: ChildProcess, builder: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let problem = '';
    let info = '';
    let ready = false;
    const fail = (why: string) => {
      clearTimeout(timer);
      const said = problem.trim() === '' ? why : problem.trim();
      reject(new PltfError('internal', { detail: `${builder} made no namespace: ${said}` }));
    };
    // Both must be there: bubblewrap's own process is outside, in the namespace of everybody.
    const look = () => {
      const inside = builder === 'bubblewrap' ? /"child-pid": (\d+)/.exec(info)?.[1] : keeper.pid;
      if (!ready || inside === undefined) return;
      clearTimeout(timer);
      resolve(Number(inside));
    };
    const timer = setTimeout(() => fail(`nothing happened for ${deadlineMs} ms`), deadlineMs);
    keeper.stderr?.on('data', (chunk: Buffer) => {
      problem += chunk.toString();
    });
    keeper.stdio[3]?.once('data', () => {
      ready = true;
      look();
    });
    keeper.stdio[4]?.on('data', (chunk: Buffer) => {
      info += chunk.toString();
      look();
    });
    keeper.once('error', (error) => fail(error.message));
    keeper.once('close', (code) => fail(`it ended with ${code}`));
  });
}

/** Opens the namespaces of a process: of its mounts, and for an ordinary user that of the users around it. */
function hold(pid: number, privileged: boolean): Namespace {
  if (readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt')) {
    throw new PltfError('internal', {
      detail: 'The namespace that was made is that of the platform.',
    });
  }
  const descriptors = [openSync(`/proc/${pid}/ns/mnt`, 'r')];
  if (!privileged) descriptors.push(openSync(`/proc/${pid}/ns/user`, 'r'));
  return {
    descriptors,
    close: () => descriptors.forEach((descriptor) => closeSync(descriptor)),
  };
}

/** From this version on each mount of /proc has options of its own; before, hiding would hide for all. */
export function canHideProcesses(version = release()): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 8);
}

/** How a program gets into a namespace. */
export interface Entrance {
  /** Words before the program. */
  readonly words: readonly string[];
  /** Descriptors that the program's process is given, from `firstDescriptor` on. */
  readonly descriptors: readonly number[];
}

/** The first number after input, output and errors. */
export const firstDescriptor = 3;

/** Enters a namespace by descriptors that are inherited, as the owner. */
export function enterNamespace(
  namespace: Namespace,
  nsenter: string,
  account: Account | undefined,
): Entrance {
  const { descriptors } = namespace;
  const ids = account?.uid === undefined ? [] : ['-S', `${account.uid}`, '-G', `${account.uid}`];
  const at = (index: number) => `/proc/self/fd/${firstDescriptor + index}`;
  const user = descriptors.length < 2 ? [] : [`--user=${at(1)}`, '--preserve-credentials'];
  return { words: [nsenter, ...user, `--mount=${at(0)}`, ...ids, '--'], descriptors };
}
