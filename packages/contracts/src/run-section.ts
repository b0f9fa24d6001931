import { z } from 'zod';

export const Duration = z
  .string()
  .max(12)
  .regex(/^[1-9][0-9]{0,5}(?:ms|s|m|h|d)$/, 'a duration like 300ms, 30s, 5m, 2h or 7d');

const command = z.string().min(1).max(2000);
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, 'letters, digits and _');
const absolutePath = z
  .string()
  .max(200)
  .regex(/^\/[^\s]*$/, 'a path that starts with /');

/** A number, or `2..6`: a range to scale within. */
export const Instances = z.union([
  z.number().int().min(0).max(100),
  z.string().regex(/^[0-9]{1,3}\.\.[0-9]{1,3}$/, 'a number, or a range like 2..6'),
]);

/** A size by its name, or raw numbers (`512Mi/0.5`: memory and processor cores) where the platform allows those. */
const SizeName = z
  .string()
  .max(30)
  .regex(
    /^(?:[a-z][a-z0-9-]{0,19}|[0-9]{1,7}(?:\.[0-9]{1,3})?(?:Mi|Gi)\/[0-9]{1,3}(?:\.[0-9]{1,3})?)$/,
    'the name of a size, like small',
  );

export const RunSection = z
  .strictObject({
    build: command.optional().meta({
      description: 'Command that makes the program ready to run, in its repository.',
      examples: ['npm ci --omit=dev'],
    }),
    command: command.optional().meta({
      description:
        'How the program starts. Default: Procfile, package.json, or the usual file names.',
      examples: ['node server.js'],
    }),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .meta({
        description: 'The port it listens on; handed to the program as PORT too.',
        examples: [8080],
      }),
    health: absolutePath.optional().meta({
      description: 'Path that answers 2xx when the program can serve.',
      examples: ['/healthz'],
    }),
    metrics: absolutePath.optional().meta({
      description:
        'Path at which it shows figures to Prometheus: the requests that `slo` and dashboards count.',
      examples: ['/metrics'],
    }),
    alive: command.optional().meta({
      description:
        'For a program without a port: a command that ends with 0 while it is well. Clusters ask it.',
      examples: ['node src/alive.js'],
    }),
    size: SizeName.optional().meta({
      description: "One of the platform's sizes. Default: its first.",
      examples: ['small'],
    }),
    instances: Instances.optional().meta({
      description:
        'How many run, or a range to scale within. Default: 1; more in production by tier.',
      examples: [2, '2..6'],
    }),
    env: z
      .record(envName, z.union([z.string().max(4000), z.number(), z.boolean()]))
      .optional()
      .meta({
        description: 'Variables of the environment. Secrets belong under `needs`.',
        examples: [{ LOG_LEVEL: 'info' }],
      }),
    buildArgs: z
      .record(envName, z.union([z.string().max(4000), z.number(), z.boolean()]))
      .refine((all) => Object.keys(all).length <= 50, 'at most 50 build arguments')
      .optional()
      .meta({
        description:
          'Build arguments of the Dockerfile (`ARG`), the same for all environments. Everybody who has the image can read them.',
        maxProperties: 50,
        examples: [{ NODE_VERSION: 22 }],
      }),
    release: command.optional().meta({
      description: 'Runs once before a rollout takes traffic; its failure stops the rollout.',
      examples: ['node migrate.js'],
    }),
    drain: Duration.optional().meta({
      description: 'How long work in flight may take after new work stops coming.',
      default: '30s',
    }),
    startTimeout: Duration.optional().meta({
      description: 'How long a start may take until the program is healthy; then it has failed.',
      default: '30s',
      examples: ['2m'],
    }),
    volume: absolutePath.optional().meta({
      description: 'Folder that survives restarts; there can be one instance only then.',
      examples: ['/var/lib/shop'],
    }),
  })
  .meta({ description: 'How the program is built and run.' });
