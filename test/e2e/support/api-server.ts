import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubectl } from './cluster.ts';
import { freePort } from './platform.ts';
import { eventually, run } from './tools.ts';

/** A further API server of the cluster, over the same state: it can be killed without harm to anybody else. */
export interface ApiServer extends AsyncDisposable {
  /** A kubeconfig that leads to it. */
  readonly kubeconfig: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

interface Program {
  readonly args: readonly string[];
  readonly folder: string;
}

/** The API server of this machine that KUBECONFIG leads to. */
async function runningServer(): Promise<Program | undefined> {
  const address = await kubectl(
    ...['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}'],
  );
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const args = text.split('\0').slice(0, -1);
    const serves = args.includes(`--secure-port=${new URL(address).port}`);
    if (serves && args[0]?.endsWith('kube-apiserver') === true)
      return { args, folder: await readlink(`/proc/${pid}/cwd`) };
  }
  return undefined;
}

/** Why no further API server can be started here; undefined when one can. */
export async function withoutApiServer(): Promise<string | undefined> {
  const found = await runningServer().catch(() => undefined);
  return found === undefined ? 'the API server does not run on this machine' : undefined;
}

export async function startApiServer(): Promise<ApiServer> {
  const found = await runningServer();
  if (found === undefined) throw new Error('there is no API server to start another one like');
  const folder = await mkdtemp(join(tmpdir(), 'pltf-api-server-'));
  const kubeconfig = join(folder, 'kubeconfig');
  const port = await freePort();
  const given = JSON.parse(
    await kubectl('config', 'view', '--minify', '--raw', '--flatten', '--output', 'json'),
  );
  given.clusters[0].cluster.server = `https://127.0.0.1:${port}`;
  await writeFile(kubeconfig, JSON.stringify(given));
  const [program = '', ...args] = found.args;
  const own = [
    ...args.filter((one) => !/^--(?:secure-port|cert-dir)=/.test(one)),
    ...[`--secure-port=${port}`, `--cert-dir=${join(folder, 'certificates')}`],
    // The address of the Service `kubernetes` stays the first one's.
    '--endpoint-reconciler-type=none',
  ];
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (child === undefined) return;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  };
  const start = async (): Promise<void> => {
    child = spawn(program, own, { cwd: found.folder, stdio: 'ignore' });
    await eventually(
      () => run('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', '/readyz']),
      ({ code }) => code === 0,
      60_000,
    );
  };
  await start();
  return {
    ...{ kubeconfig, kill, start },
    [Symbol.asyncDispose]: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
