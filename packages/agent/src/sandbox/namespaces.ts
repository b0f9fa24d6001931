import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
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
  readonly mount: string;
  /** Only for an ordinary user: the user namespace that owns the mounts. */
  readonly user: string | undefined;
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
    const fail = (why: string) => {
      reject(
        new PltfError('internal', {
          detail: `${builder} made no namespace: ${problem.trim() === '' ? why : problem.trim()}`,
        }),
      );
    };
    const timer = setTimeout(() => fail(`nothing happened for ${deadlineMs} ms`), deadlineMs);
    keeper.stderr?.on('data', (chunk: Buffer) => {
      problem += chunk.toString();
    });
    keeper.stdio[4]?.on('data', (chunk: Buffer) => {
      info += chunk.toString();
    });
    keeper.once('error', (error) => fail(error.message));
    keeper.once('close', (code) => fail(`it ended with ${code}`));
    keeper.stdio[3]?.once('data', () => {
      clearTimeout(timer);
      const inside = /"child-pid": (\d+)/.exec(info)?.[1];
      const pid = inside === undefined ? keeper.pid : Number(inside);
      if (pid === undefined) fail('it has no number');
      else resolve(pid);
    });
    keeper.once('close', () => clearTimeout(timer));
  });
}

function hold(pid: number, privileged: boolean): Namespace {
  const mount = openSync(`/proc/${pid}/ns/mnt`, 'r');
  const user = privileged ? undefined : openSync(`/proc/${pid}/ns/user`, 'r');
  const name = (descriptor: number) => `/proc/${process.pid}/fd/${descriptor}`;
  return {
    mount: name(mount),
    user: user === undefined ? undefined : name(user),
    close() {
      closeSync(mount);
      if (user !== undefined) closeSync(user);
    },
  };
}

/** From this version on each mount of /proc has options of its own; before, hiding would hide for all. */
export function canHideProcesses(version = release()): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 8);
}

/** The words before a program that put it into a namespace, as its owner. */
export function enterArguments(
  namespace: Namespace,
  nsenter: string,
  account: Account | undefined,
): readonly string[] {
  const ids = account?.uid === undefined ? [] : ['-S', `${account.uid}`, '-G', `${account.uid}`];
  const user =
    namespace.user === undefined ? [] : [`--user=${namespace.user}`, '--preserve-credentials'];
  return [nsenter, ...user, `--mount=${namespace.mount}`, ...ids, '--'];
}
