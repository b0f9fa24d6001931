import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PltfError } from '@pltf/contracts';
import { z } from 'zod';

const Port = z.coerce.number().int().min(1).max(65_535);
const list = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

const Environment = z.object({
  PLTF_DATA: z.string().min(1).max(1_000),
  PLTF_HOST: z.string().min(1).max(253).default('127.0.0.1'),
  PLTF_PORT: Port.default(7070),
  PLTF_ROUTER_PORT: Port.default(7080),
  PLTF_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PLTF_HOSTS: z.string().max(2_000).default('').transform(list),
  PLTF_TRUSTED_PROXIES: z.string().max(2_000).default('').transform(list),
  PLTF_PLATFORM_FILE: z.string().max(1_000).optional(),
  PLTF_GOLDEN_PATHS: z.string().max(1_000).optional(),
  PLTF_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PLTF_VALIDATE_ANSWERS: z.stringbool().default(false),
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/, hostname: /.*/ }),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(100).default(8),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});

export interface Config {
  readonly dataDirectory: string;
  readonly agentSocket: string;
  readonly host: string;
  readonly port: number;
  readonly routerPort: number;
  /** Where people reach portal, API and git; no slash at its end. */
  readonly portalUrl: string;
  readonly hosts: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly platformFile: string | undefined;
  readonly goldenPaths: string;
  /** The built portal, when there is one. */
  readonly portalDirectory: string | undefined;
  readonly logLevel: string;
  readonly validateAnswers: boolean;
  readonly databaseUrl: string;
  readonly databaseConnections: number;
  readonly sessions: { readonly idleMs: number; readonly absoluteMs: number };
  /** A PATH to find git and other programs in. */
  readonly path: string;
}

const hour = 3_600_000;
/** The machine's owner works all day; a session that nobody uses for half of one is over. */
const sessions = { idleMs: 12 * hour, absoluteMs: 7 * 24 * hour };

/** Reads the environment once. Throws one error with all that is wrong, each with its variable. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const parsed = Environment.safeParse(env);
  if (!parsed.success) {
    throw new PltfError('bad-request', {
      detail: 'the server cannot start with these settings',
      fix: '`pltf up` sets what is needed; set these variables otherwise.',
      errors: parsed.error.issues.map(({ path, message }) => ({ where: path.join('.'), message })),
    });
  }
  const set = parsed.data;
  const dataDirectory = resolve(set.PLTF_DATA);
  const programs = dirname(fileURLToPath(import.meta.url));
  const portal = join(programs, 'portal');
  return {
    dataDirectory,
    agentSocket: join(dataDirectory, 'agent', 'agent.sock'),
    host: set.PLTF_HOST,
    port: set.PLTF_PORT,
    routerPort: set.PLTF_ROUTER_PORT,
    portalUrl: (set.PLTF_PUBLIC_URL ?? `http://localhost:${set.PLTF_PORT}`).replace(/\/$/, ''),
    hosts: set.PLTF_HOSTS,
    trustedProxies: set.PLTF_TRUSTED_PROXIES,
    platformFile: set.PLTF_PLATFORM_FILE,
    goldenPaths: set.PLTF_GOLDEN_PATHS ?? join(dirname(programs), 'golden-paths'),
    portalDirectory: existsSync(join(portal, 'index.html')) ? portal : undefined,
    logLevel: set.PLTF_LOG_LEVEL,
    validateAnswers: set.PLTF_VALIDATE_ANSWERS,
    databaseUrl: set.DATABASE_URL,
    databaseConnections: set.DATABASE_CONNECTIONS,
    sessions,
    path: set.PATH,
  };
}
