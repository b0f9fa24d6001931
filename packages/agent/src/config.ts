import path from 'node:path';
import { parseArgs } from 'node:util';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';

/** Everything the agent is told from outside; read once, passed on in slices. */
export interface AgentConfig {
  /** The platform's data directory; the agent lives in its folder `agent`. */
  readonly dataDirectory: string;
  readonly socketPath: string;
  readonly routerHost: string;
  readonly routerPort: number;
  readonly logLevel: string;
  readonly version: string;
  /** Folder of the bundled programs that run as instances (`static-server.js`). */
  readonly programs: string;
  /** Folders in which instances look for the programs they name. */
  readonly searchPath: readonly string[];
  readonly language: string;
  /** The agent tries the ways of keeping teams apart from the best one on; named ones are left out. */
  readonly without: readonly Mechanism[];
  /** Where a Docker Engine may answer. */
  readonly dockerHost: string;
  /** Docker's `config.json` with the credentials of registries. */
  readonly registryConfig: string | undefined;
  /** How often running instances are asked for their health, in milliseconds. */
  readonly probeEveryMs: number;
}

const Mechanism = z.enum(['users', 'bubblewrap', 'unshare', 'cgroups']);
export type Mechanism = z.infer<typeof Mechanism>;

const Settings = z.object({
  data: z.string().min(1).max(1000),
  socket: z.string().max(107).optional(),
  host: z.string().max(253).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(7080),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  without: z.array(Mechanism).default([]),
  probeEveryMs: z.coerce.number().int().min(10).default(10_000),
});

const options = {
  data: { type: 'string' },
  socket: { type: 'string' },
  'router-host': { type: 'string' },
  'router-port': { type: 'string' },
} as const;

const standardPath = '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin';

/** This process's own settings. `programs` is where the bundled programs lie. */
export const readOwnConfig = (programs: string): AgentConfig =>
  readConfig(process.argv.slice(2), process.env, programs);

/** Reads arguments, then the environment, then defaults. Throws `bad-request` naming what is wrong. */
export function readConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  programs: string,
): AgentConfig {
  const { values } = parseArgs({ args: [...argv], options, strict: true });
  const settings = Settings.safeParse({
    data: values.data ?? env['PLTF_DATA'] ?? '.pltf',
    socket: values.socket ?? env['PLTF_AGENT_SOCKET'],
    host: values['router-host'] ?? env['PLTF_ROUTER_HOST'],
    port: values['router-port'] ?? env['PLTF_ROUTER_PORT'],
    logLevel: env['PLTF_LOG_LEVEL'],
    probeEveryMs: env['PLTF_AGENT_PROBE_MS'],
    without: env['PLTF_AGENT_WITHOUT']?.split(',').filter((word) => word !== ''),
  });
  if (!settings.success) {
    throw new PltfError('bad-request', {
      detail: 'The agent cannot start with these settings.',
      errors: settings.error.issues.map((issue) => ({
        where: issue.path.join('.'),
        message: issue.message,
      })),
    });
  }
  const { data, socket, host, port, logLevel, without, probeEveryMs } = settings.data;
  const dataDirectory = path.resolve(data);
  return {
    dataDirectory,
    socketPath: socket ?? path.join(dataDirectory, 'agent', 'agent.sock'),
    routerHost: host,
    routerPort: port,
    logLevel,
    version: env['PLTF_VERSION'] ?? '0.1.0',
    programs,
    searchPath: searchPath(env['PATH'], dataDirectory),
    language: env['LANG'] ?? 'C.UTF-8',
    without,
    probeEveryMs,
    dockerHost: env['DOCKER_HOST'] || 'unix:///var/run/docker.sock',
    registryConfig: registryConfig(env),
  };
}

function registryConfig(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { DOCKER_CONFIG: folder, HOME: home } = env;
  if (folder) return path.join(folder, 'config.json');
  return home ? path.join(home, '.docker', 'config.json') : undefined;
}

/** The machine's own tool folders with the running node first; nothing of a package's `node_modules`. */
function searchPath(inherited: string | undefined, dataDirectory: string): readonly string[] {
  const folders = [path.dirname(process.execPath)];
  for (const folder of `${inherited ?? ''}:${standardPath}`.split(':')) {
    const usable =
      path.isAbsolute(folder) &&
      !folder.includes('/node_modules') &&
      !folder.startsWith(dataDirectory);
    if (usable && !folders.includes(folder)) folders.push(folder);
  }
  return folders;
}
