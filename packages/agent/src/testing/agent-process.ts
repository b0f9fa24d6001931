import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type OutputFile } from 'esbuild';
import { agentMarker, unitMarker } from '../process/launch.ts';
import { listProcesses, readMarker } from '../process/process-facts.ts';
import { type AgentClient, createAgentClient } from './agent-client.ts';

const source = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

let bundled: Promise<readonly OutputFile[]> | undefined;

/** Bundles the agent as production does, once for all agents of a test file. */
function bundleAgent(): Promise<readonly OutputFile[]> {
  bundled ??= build({
    entryPoints: {
      agent: path.join(source, 'main.ts'),
      'static-server': path.join(source, 'static-site/main.ts'),
    },
    outdir: 'bundle',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  }).then(({ outputFiles }) => outputFiles);
  return bundled;
}

/** An agent in a process of its own, in a data directory of its own. */
export interface AgentProcess extends AsyncDisposable {
  readonly client: AgentClient;
  readonly data: string;
  readonly program: string;
  readonly pid: number;
  routerPort: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the next agent for the same data directory and port. */
  restart(): Promise<void>;
  /** Processes that this agent (or one before it) started for a placement, forks included. */
  processes(placement: string): readonly number[];
  /** What the agents wrote so far. */
  output(): string;
}

export interface AgentProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** Where the data directory is made. */
  readonly below?: string;
}

export async function startAgentProcess(options: AgentProcessOptions = {}): Promise<AgentProcess> {
  const root = mkdtempSync(path.join(options.below ?? tmpdir(), 'pltf-agent-'));
  // Other users must be able to read the program, and to reach a data directory without namespaces.
  chmodSync(root, 0o755);
  const program = path.join(root, 'agent.js');
  for (const file of await bundleAgent()) {
    writeFileSync(path.join(root, path.basename(file.path)), file.contents);
  }
  const data = path.join(root, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (options.uid !== undefined) chownSync(data, options.uid, options.uid);
  const socketPath = path.join(data, 'agent', 'agent.sock');
  const client = createAgentClient(socketPath);
  let child: ChildProcess | undefined;
  let output = '';
  let routerPort = 0;

  const start = async () => {
    child = spawn(
      process.execPath,
      [program, '--data', data, '--router-port', String(routerPort)],
      {
        env: {
          PATH: process.env['PATH'] ?? '',
          PLTF_SECRET_OF_THE_PLATFORM: 'hidden',
          ...options.env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
      },
    );
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const failed = new Promise<never>((_, reject) => {
      child?.once('exit', (code) => reject(new Error(`the agent ended with ${code}:\n${output}`)));
    });
    failed.catch(() => undefined);
    const health = await Promise.race([client.waitReady(), failed]);
    routerPort = health.router.port;
  };

  const kill = async (signal: NodeJS.Signals) => {
    const running = child;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  };

  await start();
  return {
    client,
    data,
    program,
    get pid() {
      return child?.pid ?? 0;
    },
    get routerPort() {
      return routerPort;
    },
    kill,
    restart: start,
    processes: (placement) =>
      listProcesses().filter(
        (pid) =>
          readMarker(pid, agentMarker) === labelOf(data) &&
          readMarker(pid, unitMarker)?.startsWith(`${placement}.`),
      ),
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child?.exitCode !== null || child.signalCode !== null)
        await start().catch(() => undefined);
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      await client.stop().catch(() => child?.kill('SIGKILL'));
      await ended;
      client.close();
      removeGroups(data);
      // Where an agent without namespaces keeps its owners' folders.
      rmSync(`/var/lib/pltf-${labelOf(data)}`, { recursive: true, force: true });
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const labelOf = (data: string) => createHash('sha256').update(data).digest('hex').slice(0, 8);

/** The agent leaves its own (empty) control group for its next start; a test has no next start. */
function removeGroups(data: string): void {
  const label = labelOf(data);
  for (const line of readFileSync('/proc/self/cgroup', 'latin1').trim().split('\n')) {
    const [, controllers = '', group = '/'] = line.split(':');
    const root = controllers === '' ? '' : controllers.split(',')[0];
    const folder = path.join('/sys/fs/cgroup', root ?? '', group, `pltf-${label}`);
    try {
      rmdirSync(folder);
    } catch {
      // This hierarchy has none.
    }
  }
}
