import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createAgentClient, type AgentClient } from './agent-client.ts';

const source = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Bundles the agent as production does, once for all tests of a run that see the same sources. */
export async function bundleAgent(): Promise<string> {
  const folder = path.join(tmpdir(), `pltf-agent-bundle-${process.pid}`);
  if (existsSync(path.join(folder, 'agent.js'))) return folder;
  await build({
    entryPoints: {
      agent: path.join(source, 'main.ts'),
      'static-server': path.join(source, 'static-server.ts'),
    },
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent in a process of its own, in a data directory of its own. */
export interface AgentProcess extends AsyncDisposable {
  readonly client: AgentClient;
  readonly data: string;
  readonly pid: number;
  routerPort: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the next agent for the same data directory and port. */
  restart(): Promise<void>;
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
  const bundle = await bundleAgent();
  const data = mkdtempSync(path.join(options.below ?? tmpdir(), 'pltf-agent-'));
  const socketPath = path.join(data, 'agent', 'agent.sock');
  mkdirSync(data, { recursive: true });
  const client = createAgentClient(socketPath);
  let child: ChildProcess | undefined;
  let output = '';
  let routerPort = 0;

  const start = async () => {
    child = spawn(
      process.execPath,
      [path.join(bundle, 'agent.js'), '--data', data, '--router-port', String(routerPort)],
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
    get pid() {
      return child?.pid ?? 0;
    },
    get routerPort() {
      return routerPort;
    },
    kill,
    restart: start,
    output: () => output,
    async [Symbol.asyncDispose]() {
      if (child?.exitCode !== null || child.signalCode !== null)
        await start().catch(() => undefined);
      const ended = new Promise((resolve) => child?.once('exit', resolve));
      await client.stop().catch(() => child?.kill('SIGKILL'));
      await ended;
      client.close();
      removeGroups(data);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The agent leaves its own (empty) control group for its next start; a test has no next start. */
function removeGroups(data: string): void {
  const label = createHash('sha256').update(data).digest('hex').slice(0, 8);
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
