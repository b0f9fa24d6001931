import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const Port = z.coerce.number().int().min(1).max(65_535);

const Options = z.object({
  data: z.string().min(1),
  host: z.string().min(1),
  port: Port,
  routerPort: Port,
  databaseUrl: z.string().optional(),
  demo: z.boolean(),
});

/** How the platform is started. */
export type UpOptions = z.infer<typeof Options> & {
  /** The folder of the built programs. */
  readonly programs: string;
  /** What the programs inherit. */
  readonly environment: NodeJS.ProcessEnv;
};

export const usage = `Usage: pltf up [options]

Starts the platform: database, server, agent. Ctrl-C stops it.

  --data DIR          data directory (PLTF_DATA; .pltf in a checkout, ~/.local/share/pltf elsewhere)
  --host ADDRESS      where it listens (PLTF_HOST; 127.0.0.1)
  --port N            portal, API and git (PLTF_PORT; 7070)
  --router-port N     applications (PLTF_ROUTER_PORT; 7080)
  --no-demo           do not show the main job at the end
`;

/** Reads arguments and environment; throws with a sentence for people when something is wrong. */
export function readOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): UpOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'data': { type: 'string' },
      'host': { type: 'string' },
      'port': { type: 'string' },
      'router-port': { type: 'string' },
      'demo': { type: 'boolean' },
      'no-demo': { type: 'boolean' },
      'help': { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return 'help';
  const programs = dirname(fileURLToPath(import.meta.url));
  const parsed = Options.safeParse({
    data: resolve(values.data ?? env['PLTF_DATA'] ?? defaultData(programs, env)),
    host: values.host ?? env['PLTF_HOST'] ?? '127.0.0.1',
    port: values.port ?? env['PLTF_PORT'] ?? 7070,
    routerPort: values['router-port'] ?? env['PLTF_ROUTER_PORT'] ?? 7080,
    databaseUrl: env['DATABASE_URL'],
    demo: values['no-demo'] !== true && env['PLTF_DEMO'] !== '0',
  });
  if (parsed.success) return { ...parsed.data, programs, environment: env };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(problems.join('\n'));
}

function defaultData(programs: string, env: NodeJS.ProcessEnv): string {
  const checkout = dirname(programs);
  if (existsSync(join(checkout, 'package.json'))) return join(checkout, '.pltf');
  return join(env['XDG_DATA_HOME'] ?? join(env['HOME'] ?? '.', '.local', 'share'), 'pltf');
}
