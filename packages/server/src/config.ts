import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorItem, PltfError } from '@pltf/contracts';
import { z } from 'zod';
import { type KubeconfigSource, kubeconfigSource } from './drivers/cluster/http/kubeconfig.ts';

/** Everything that the server process is told from outside. */
export interface Config {
  readonly databaseUrl: string;
  readonly databaseConnections: number;
  readonly host: string;
  readonly port: number;
  readonly routerPort: number;
  /** Where people reach the portal, without a slash at the end. */
  readonly portalUrl: string;
  /** Further host names that the platform answers to. */
  readonly hosts: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly sessions: { readonly idleMs: number; readonly absoluteMs: number };
  readonly logLevel: (typeof logLevels)[number];
  /** Checks every answer against its description; on outside production. */
  readonly validateAnswers: boolean;
  /** A PATH to find git and other programs in. */
  readonly path: string;
  /** Holds repositories, keys and the agent's state. */
  readonly dataDirectory: string;
  /** The built portal. */
  readonly portalDirectory: string;
  /** The folder of the golden paths on offer. */
  readonly goldenPaths: string;
  readonly agentSocket: string;
  /** `user:token` for environment repositories, by the names that the platform file says. */
  readonly gitCredentials: Readonly<Record<string, string>>;
  /** The platform file; undefined for the built-in one. */
  readonly platformFile: string | undefined;
  /** Where the contexts of clusters are, that the platform file names. */
  readonly kubeconfig: KubeconfigSource;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);
const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'a number')
  .transform(Number)
  .pipe(z.number().int().min(1).max(65_535));

const Span = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/, 'a time like 30m, 12h or 7d')
  .transform((text) => Number.parseInt(text, 10) * unitMs[text.slice(-1) as keyof typeof unitMs]);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const flag = z.enum(['0', '1'], { error: '0 or 1' }).transform((text) => text === '1');

const Environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'an address like postgresql://user:password@host/database'),
  PLTF_DATA: z.string().min(1),
  PLTF_POOL_SIZE: z
    .string()
    .regex(/^\d{1,3}$/, 'a number')
    .transform(Number)
    .pipe(z.number().min(2).max(200))
    .default(10),
  PLTF_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:-]{1,253}$/, 'an address or host name')
    .default('127.0.0.1'),
  PLTF_PORT: port.default(7070),
  PLTF_ROUTER_PORT: port.default(7080),
  PLTF_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'an address like https://pltf.example.com' })
    .optional(),
  PLTF_HOSTS: list
    .pipe(
      z
        .array(z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/, 'host names, separated by commas'))
        .max(50),
    )
    .default([]),
  PLTF_TRUSTED_PROXIES: list
    .pipe(
      z
        .array(
          z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
            error: 'addresses or networks, separated by commas',
          }),
        )
        .max(50),
    )
    .default([]),
  PLTF_SESSION_IDLE: Span.default(12 * unitMs.h),
  PLTF_SESSION_LIFETIME: Span.default(7 * unitMs.d),
  PLTF_LOG_LEVEL: z.enum(logLevels, { error: `one of ${logLevels.join(', ')}` }).default('info'),
  PLTF_VALIDATE_ANSWERS: flag.optional(),
  PLTF_AGENT_SOCKET: z.string().min(1).optional(),
  PLTF_PLATFORM_FILE: z.string().min(1).optional(),
  PLTF_PORTAL: z.string().min(1).optional(),
  PLTF_GOLDEN_PATHS: z.string().min(1).optional(),
  NODE_ENV: z.string().optional(),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});

const remedies: Readonly<Record<string, string>> = {
  DATABASE_URL: '`pltf up` starts a PostgreSQL and sets it; or name one of yours.',
  PLTF_DATA: 'Name the folder that holds repositories and keys; `pltf up` sets it.',
};

/**
 * Reads the environment of the server; the only place that does. An empty variable counts as not set. Throws
 * `usage-invalid` with every problem at once.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  const problems = parsed.success ? crossChecks(parsed.data) : parsed.error.issues.map(toItem);
  if (!parsed.success || problems.length > 0) {
    throw new PltfError('usage-invalid', {
      detail: `the configuration is not valid: ${problems.map(({ where, message }) => `${where}: ${message}`).join('; ')}`,
      fix: 'Correct these variables of the environment and start again.',
      errors: problems,
    });
  }
  return {
    ...toConfig(parsed.data),
    kubeconfig: kubeconfigSource(set),
    gitCredentials: gitCredentialsIn(set),
  };
}

const gitCredential = /^PLTF_GIT_[A-Z0-9_]{1,40}$/;

function gitCredentialsIn(
  set: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(set).flatMap(([name, value]) =>
      value !== undefined && gitCredential.test(name) ? [[name, value] as const] : [],
    ),
  );
}

type Values = z.output<typeof Environment>;

function toItem(issue: z.core.$ZodIssue): ErrorItem {
  const where = String(issue.path[0] ?? 'environment');
  const isMissing =
    issue.code === 'invalid_type' && issue.path.length === 1 && issue.input === undefined;
  const fix = remedies[where];
  return {
    where,
    message: isMissing ? 'is not set' : issue.message,
    ...(fix === undefined ? {} : { fix }),
  };
}

function crossChecks(values: Values): ErrorItem[] {
  const problems: ErrorItem[] = [];
  if (values.PLTF_PORT === values.PLTF_ROUTER_PORT) {
    problems.push({
      where: 'PLTF_ROUTER_PORT',
      message: 'is the same as PLTF_PORT',
      fix: 'Choose another port.',
    });
  }
  if (values.PLTF_SESSION_IDLE > values.PLTF_SESSION_LIFETIME) {
    problems.push({
      where: 'PLTF_SESSION_IDLE',
      message: 'is longer than PLTF_SESSION_LIFETIME',
      fix: 'Shorten it.',
    });
  }
  const url = values.PLTF_PUBLIC_URL === undefined ? undefined : new URL(values.PLTF_PUBLIC_URL);
  if (
    url !== undefined &&
    (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
  ) {
    problems.push({
      where: 'PLTF_PUBLIC_URL',
      message: 'has more than scheme, host and port',
      fix: `Use ${url.origin}.`,
    });
  }
  if (url === undefined && everywhere.has(values.PLTF_HOST)) {
    const message = 'is needed when PLTF_HOST listens on every address';
    problems.push({
      where: 'PLTF_PUBLIC_URL',
      message,
      fix: 'Set the address by which people reach the portal.',
    });
  }
  return problems;
}

function toConfig(values: Values): Omit<Config, 'kubeconfig' | 'gitCredentials'> {
  const data = resolve(values.PLTF_DATA);
  const programs = dirname(fileURLToPath(import.meta.url));
  // Built, this is dist/server.js; in development packages/server/src/config.ts.
  const checkout =
    basename(programs) === 'dist' ? dirname(programs) : resolve(programs, '..', '..', '..');
  return {
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.PLTF_POOL_SIZE,
    host: values.PLTF_HOST,
    port: values.PLTF_PORT,
    routerPort: values.PLTF_ROUTER_PORT,
    portalUrl: portalUrlOf(values),
    hosts: values.PLTF_HOSTS,
    trustedProxies: values.PLTF_TRUSTED_PROXIES,
    sessions: { idleMs: values.PLTF_SESSION_IDLE, absoluteMs: values.PLTF_SESSION_LIFETIME },
    logLevel: values.PLTF_LOG_LEVEL,
    validateAnswers:
      values.PLTF_VALIDATE_ANSWERS ??
      (values.NODE_ENV !== undefined && values.NODE_ENV !== 'production'),
    path: values.PATH,
    dataDirectory: data,
    portalDirectory: resolve(values.PLTF_PORTAL ?? join(checkout, 'dist', 'portal')),
    goldenPaths: resolve(values.PLTF_GOLDEN_PATHS ?? join(checkout, 'golden-paths')),
    agentSocket: resolve(values.PLTF_AGENT_SOCKET ?? join(data, 'agent', 'agent.sock')),
    platformFile:
      values.PLTF_PLATFORM_FILE === undefined ? undefined : resolve(values.PLTF_PLATFORM_FILE),
  };
}

function portalUrlOf({ PLTF_PUBLIC_URL, PLTF_HOST, PLTF_PORT }: Values): string {
  if (PLTF_PUBLIC_URL !== undefined) return new URL(PLTF_PUBLIC_URL).origin;
  const host = loopback.has(PLTF_HOST)
    ? 'localhost'
    : PLTF_HOST.includes(':')
      ? `[${PLTF_HOST}]`
      : PLTF_HOST;
  return new URL(`http://${host}:${PLTF_PORT}`).origin;
}
