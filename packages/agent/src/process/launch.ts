import { type ChildProcess, spawn } from 'node:child_process';
import type { Account } from '../sandbox/accounts.ts';
import { type Cgroup, entriesOf, type Limits } from '../sandbox/cgroups.ts';
import { firstDescriptor } from '../sandbox/namespaces.ts';
import type { Sandbox, VolumeMount } from '../sandbox/sandbox.ts';

/** Names of the variables that mark every program: whose agent's, and which instance or task. */
export const agentMarker = 'PLTF_AGENT';
export const unitMarker = 'PLTF_UNIT';

/** A program to start for an owner. */
export interface LaunchRequest {
  /** Names the control group; unique while the program or a fork of it runs. */
  readonly name: string;
  readonly account: Account;
  readonly command: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly volume?: VolumeMount;
  /** Descriptors of files (or 'ignore', 'pipe'), so that output does not depend on the agent's life. */
  readonly stdio: readonly (number | 'ignore' | 'pipe')[];
  /** Gets the exit code as text when the program has ended, whether or not the agent lives then. */
  readonly exitFile?: string;
}

export interface Launched {
  readonly child: ChildProcess;
  /** Leads a process group of its own. */
  readonly pid: number;
  readonly cgroup: Cgroup;
}

/**
 * The platform's own first words: enter the control groups, set limits, go on. Runs before privileges are
 * dropped, hence with an environment that holds nothing of the owner's.
 */
const enterLimits = `
n=$1; shift
while [ "$n" -gt 0 ]; do echo $$ > "$1" || exit 125; shift; n=$((n-1)); done
ulimit -c 0 2>/dev/null
ulimit -n 65536 2>/dev/null
ulimit -u 4096 2>/dev/null || ulimit -p 4096 2>/dev/null
exec "$@"`;

/** Keeps the exit code on disk. Ignores what ends the program, so that it outlives it. */
const keepExit = `
file=$1; shift
: > "$file.started"
trap '' TERM INT HUP
( trap - TERM INT HUP; exec "$@" )
printf '%s\\n' "$?" > "$file"`;

/** The owner's side: folder and environment, then the program takes this process over. */
const becomeProgram = (variables: number, descriptors: number): string => {
  const words = Array.from({ length: variables }, (_, index) => `"$PLTF_${index}"`);
  const closed = Array.from({ length: descriptors }, (_, index) => `${firstDescriptor + index}<&-`);
  const closing = closed.length === 0 ? '' : `exec ${closed.join(' ')};`;
  return `${closing} ${enterFolder} env=$2; shift 2; exec "$env" -i ${words.join(' ')} "$@"`;
};

/** A folder that cannot be entered says who owns it and each folder above. */
const enterFolder = `cd "$1" || {
  place=$1
  while [ -n "$place" ]; do ls -ldn "$place" >&2; place=\${place%/*}; done
  exit 126
};`;

const cleanPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts a program as its owner, in its namespace, below its limits. The owner's variables travel under
 * neutral names until the owner's own user runs: `LD_PRELOAD` and its like must not reach a privileged step.
 */
export async function launch(sandbox: Sandbox, request: LaunchRequest): Promise<Launched> {
  const { account } = request;
  const entrance = await sandbox.enter(account, request.volume);
  const descriptors = entrance?.descriptors ?? [];
  const cgroup = sandbox.cgroups.create(request.name, request.limits);
  const entries = entriesOf(cgroup);
  const variables = Object.entries(request.env).map(([name, value]) => `${name}=${value}`);
  const shell = ['/bin/sh', '-c'];
  const program = [
    ...[...shell, becomeProgram(variables.length, descriptors.length), 'pltf'],
    ...[request.directory, sandbox.tools.env],
    ...request.command,
  ];
  const inside = [...(entrance?.words ?? dropPrivileges(sandbox, account)), ...program];
  const kept =
    request.exitFile === undefined
      ? inside
      : [...shell, keepExit, 'pltf', request.exitFile, ...inside];
  const words = [...shell, enterLimits, 'pltf', String(entries.length), ...entries, ...kept];
  const child = spawn(words[0] as string, words.slice(1), {
    cwd: '/',
    detached: true,
    env: {
      PATH: cleanPath,
      ...markersOf(request.env),
      ...Object.fromEntries(variables.map((variable, index) => [`PLTF_${index}`, variable])),
    },
    stdio: [...request.stdio, ...descriptors],
  });
  const pid = await started(child);
  return { child, pid, cgroup };
}

/** What a later agent knows the process by, and must know of it, from the first moment on. */
function markersOf(env: Readonly<Record<string, string>>): Record<string, string> {
  const markers: Record<string, string> = {};
  for (const name of [agentMarker, unitMarker, 'PORT']) {
    const value = env[name];
    if (value !== undefined) markers[name] = value;
  }
  return markers;
}

/** Without a namespace: setpriv, which every util-linux has, changes the user. */
function dropPrivileges(sandbox: Sandbox, account: Account): readonly string[] {
  const { setpriv } = sandbox.tools;
  if (setpriv === undefined) {
    if (account.uid !== undefined) throw new Error('setpriv is missing');
    return [];
  }
  const ids =
    account.uid === undefined
      ? []
      : [`--reuid=${account.uid}`, `--regid=${account.uid}`, '--clear-groups', '--inh-caps=-all'];
  return [setpriv, '--no-new-privs', ...ids, '--'];
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    if (child.pid !== undefined) resolve(child.pid);
  });
}
