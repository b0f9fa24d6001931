import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { readOptions, type UpOptions, usage } from './config.ts';
import { takeLock } from './launcher-lock.ts';
import { type Platform, startPlatform } from './platform.ts';
import { ask, type ProbeTarget } from './probes.ts';
import { recordedProcess } from './process-facts.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** `pltf up`: starts the platform, shows the main job, and stops everything in order when it is told to. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const lock = await takeLock(options.data);
  if ('holder' in lock) {
    say(
      `pltf runs already from ${options.data} (process ${lock.holder}): http://localhost:${options.port}`,
    );
    return 1;
  }
  const stopped = stopSignal();
  try {
    await refuseBusyPorts(options);
    const started = Date.now();
    const platform = await startPlatform({ options, say });
    await greet(platform, options, Date.now() - started);
    const demo = options.demo ? showMainJob(options, platform) : undefined;
    await stopped;
    demo?.kill('SIGTERM');
    say('\nStopping: server, applications, database …');
    await platform[Symbol.asyncDispose]();
    say('Stopped. Everything is kept; `npm start` brings it back.');
    return 0;
  } finally {
    await lock.release();
  }
}

/** A signal repeated within this time is the same one come twice. Milliseconds. */
const sameMs = 500;

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    let last = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // Ctrl-C reaches us from the terminal, and again from npm that passes it on.
        if (Date.now() - last < sameMs) return;
        last = Date.now();
        asked += 1;
        resolve();
        if (asked === 2) say('Still stopping; once more to leave without waiting.');
        if (asked > 2) process.exit(1);
      });
    }
  });
}

/** A port that a stranger holds is told before anything is started. What is ours is about to be replaced. */
async function refuseBusyPorts({ data, host, port, routerPort }: UpOptions): Promise<void> {
  const socketPath = join(data, 'agent', 'agent.sock');
  const [server, agent] = await Promise.all([
    isOurs(join(data, 'server.pid'), { port, path: '/api/v1/health' }),
    isOurs(join(data, 'agent.pid'), { socketPath, path: '/v1/health' }),
  ]);
  const ports = [
    ...(server ? [] : [{ port, name: '--port' }]),
    ...(agent ? [] : [{ port: routerPort, name: '--router-port' }]),
  ];
  for (const { port: taken, name } of ports) {
    if (!(await answers(host, taken))) continue;
    throw new Error(
      `port ${taken} is held by another program.\nStop that, or choose another: npm start -- ${name} ${taken + 100}`,
    );
  }
}

/** A process that this data directory's last launcher left, and that answers as one of ours. */
const isOurs = async (pidFile: string, target: ProbeTarget): Promise<boolean> =>
  (await recordedProcess(pidFile)) !== undefined && (await ask(target))?.status === 200;

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

async function greet(platform: Platform, options: UpOptions, tookMs: number): Promise<void> {
  const link = await ask({
    port: options.port,
    method: 'POST',
    path: '/api/v1/sign-in-links',
    token: platform.token,
    body: {},
  });
  const url =
    typeof link?.body === 'object' && link.body !== null && 'url' in link.body
      ? String(link.body.url)
      : platform.portalUrl;
  say(`pltf is up (${(tookMs / 1000).toFixed(1)} s)\n`);
  say(`  Portal        ${platform.portalUrl}`);
  say(`  Sign in once  ${url}`);
  say(`  Applications  http://<name>.preview.localhost:${options.routerPort}`);
  say(`  Data          ${options.data}`);
  for (const line of platform.isolation) say(`  Note          ${line}`);
  say(
    '\n  In another terminal: npx pltf create service users api        Ctrl-C here stops everything.\n',
  );
}

/** The main job through the public API and real git, by the command line. */
function showMainJob(options: UpOptions, platform: Platform) {
  return spawn(process.execPath, [join(options.programs, 'pltf.js'), 'demo'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...options.environment, PLTF_URL: platform.portalUrl, PLTF_TOKEN: platform.token },
  });
}

process.exitCode = await main().catch((error: unknown) => {
  say(`pltf: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
