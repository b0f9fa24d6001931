import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Proxy } from './proxies.ts';

export interface Running {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** Bundles the programs, as they are bundled for production, so that no loader is measured. */
export async function bundlePrograms(source: string, target: string): Promise<void> {
  const names = ['upstream-process', 'router-process', 'undici-process', 'agent-process'];
  await build({
    entryPoints: names.map((name) => join(source, `${name}.ts`)),
    outdir: target,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline && child.exitCode === null) {
    const socket = connect({ host: '127.0.0.1', port });
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port} after 10 s, or the program ended`);
}

/** The processes of one comparison. */
export class Contest implements AsyncDisposable {
  private readonly children: ChildProcess[] = [];

  async start(
    command: string,
    args: readonly string[],
    port: number,
    home: string,
  ): Promise<number> {
    const child = spawn(command, args, {
      stdio: 'ignore',
      env: { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home },
    });
    this.children.push(child);
    const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
    await Promise.race([failed, listening(port, child)]);
    failed.catch(() => undefined);
    return child.pid as number;
  }

  async startProxy(
    proxy: Proxy,
    folder: string,
    programs: string,
    upstream: number,
  ): Promise<Running> {
    const port = await freePort();
    await mkdir(folder, { recursive: true });
    const args = await proxy.prepare({ folder, programs, port, upstream });
    const pid = await this.start(proxy.command, args, port, folder);
    return { name: proxy.name, port, pid };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.children) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }
}
