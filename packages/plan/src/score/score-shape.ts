import { z } from 'zod';

/**
 * A Score workload (`score.dev/v1b1`), as the specification at https://github.com/score-spec/spec has it: accepts and
 * refuses exactly what its JSON Schema does. `score-shape.test.ts` holds the two together where that schema is at hand.
 */
const label = z
  .string()
  .min(2, 'at least 2 characters')
  .max(63, 'at most 63 characters')
  .regex(
    /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/,
    'lower-case letters, digits and dashes, 2 to 63 of them',
  );

const typeName = z
  .string()
  .min(2, 'at least 2 characters')
  .max(63, 'at most 63 characters')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/,
    'letters, digits and dashes, 2 to 63 of them',
  );

const annotationName = z
  .string()
  .min(2, 'at least 2 characters')
  .max(316, 'at most 316 characters')
  .regex(
    /^(([a-z0-9][a-z0-9-]{0,61}[a-z0-9])(\.[a-z0-9][a-z0-9-]{0,61}[a-z0-9])*\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]$/,
    'a name, after a host name and a slash where it has one',
  );

const annotations = z.record(annotationName, z.string());
const port = z.number().int().min(1).max(65_535);
const words = z.array(z.string());

const containerFile = z.strictObject({
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'octal, like "0644"')
    .optional(),
  source: z.string().min(1).optional(),
  content: z.string().optional(),
  binaryContent: z.string().optional(),
  noExpand: z.boolean().optional(),
});
type FileSources = Pick<z.infer<typeof containerFile>, 'source' | 'content' | 'binaryContent'>;

const oneSource = (file: FileSources): boolean =>
  [file.source, file.content, file.binaryContent].filter((one) => one !== undefined).length === 1;
const exactlyOne = 'exactly one of content, binaryContent and source';

const containerVolume = z.strictObject({
  source: z.string(),
  path: z.string().optional(),
  readOnly: z.boolean().optional(),
});

const amounts = z.strictObject({
  memory: z
    .string()
    .regex(/^(0\.\d+|[1-9]\d*(\.\d+)?)(K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/, 'like "128Mi"')
    .optional(),
  cpu: z
    .string()
    .regex(/^\d+(?:m|\.\d+)?$/, 'like "0.5" or "500m"')
    .optional(),
});

const probe = z
  .strictObject({
    httpGet: z
      .strictObject({
        host: z.string().min(1).optional(),
        scheme: z.enum(['HTTP', 'HTTPS']).optional(),
        path: z.string(),
        port,
        httpHeaders: z
          .array(
            z.strictObject({
              name: z.string().regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and -'),
              value: z.string().min(1),
            }),
          )
          .optional(),
      })
      .optional(),
    exec: z.strictObject({ command: words }).optional(),
  })
  .refine(
    ({ httpGet, exec }) => httpGet !== undefined || exec !== undefined,
    'at least one of httpGet and exec',
  );

const container = z.strictObject({
  image: z.string().min(1),
  command: words.optional(),
  args: words.optional(),
  variables: z
    .record(
      z
        .string()
        .min(1)
        .regex(/^[^=]+$/, 'a name without ='),
      z.string(),
    )
    .optional(),
  files: z
    .union([
      z.array(
        containerFile
          .extend({ target: z.string().min(1).optional() })
          .refine(oneSource, exactlyOne),
      ),
      z.record(z.string(), containerFile.refine(oneSource, exactlyOne)),
    ])
    .optional(),
  volumes: z
    .union([
      z.array(containerVolume.extend({ target: z.string().optional() })),
      z.record(z.string(), containerVolume),
    ])
    .optional(),
  before: z
    .record(label, z.strictObject({ ready: z.enum(['started', 'healthy', 'complete']) }))
    .optional(),
  resources: z
    .strictObject({ limits: amounts.optional(), requests: amounts.optional() })
    .optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
});
export type ScoreContainer = z.infer<typeof container>;

const resource = z.strictObject({
  type: typeName,
  class: typeName.optional(),
  id: z
    .string()
    .min(2, 'at least 2 characters')
    .max(63, 'at most 63 characters')
    .regex(
      /^[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)*$/,
      'lower-case letters, digits and dashes, in parts divided by dots',
    )
    .optional(),
  metadata: z.looseObject({ annotations: annotations.optional() }).optional(),
  params: z.record(z.string(), z.unknown()).optional(),
});
export type ScoreResource = z.infer<typeof resource>;

export const scoreVersion = 'score.dev/v1b1' as const;

export const ScoreFile = z.strictObject({
  apiVersion: z.literal(scoreVersion),
  metadata: z.looseObject({ name: label, annotations: annotations.optional() }),
  service: z
    .strictObject({
      ports: z
        .record(
          label,
          z.strictObject({
            port,
            protocol: z.enum(['TCP', 'UDP']).optional(),
            targetPort: port.optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  containers: z
    .record(label, container)
    .refine((all) => Object.keys(all).length > 0, 'at least one container'),
  resources: z.record(label, resource).optional(),
});
export type ScoreFile = z.infer<typeof ScoreFile>;
