import { z } from 'zod';

/** Backstage's descriptor format, as far as it is read here; keys of others are left alone. */
const name = z
  .string()
  .max(63, 'at most 63 characters')
  .regex(/^[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$/, 'letters and digits, with - _ . between them');

const namespace = z
  .string()
  .max(63, 'at most 63 characters')
  .regex(/^[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*$/, 'letters and digits, with dashes between them');

const key = z
  .string()
  .max(317)
  .regex(
    /^(?:[a-z0-9]+(?:[-.]+[a-z0-9]+)*\/)?[A-Za-z0-9]+(?:[-_.]+[A-Za-z0-9]+)*$/,
    'a name, after a prefix and a slash where it has one',
  );

const tag = z
  .string()
  .max(63)
  .regex(/^[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*$/, 'lower-case letters, digits and dashes');

const metadata = z.looseObject({
  name,
  namespace: namespace.optional(),
  title: z.string().max(500).optional(),
  description: z.string().max(10_000).optional(),
  labels: z.record(key, z.string().max(63)).optional(),
  annotations: z.record(key, z.string().max(10_000)).optional(),
  tags: z.array(tag).max(100).optional(),
  links: z
    .array(
      z.looseObject({
        url: z.string().min(1).max(2_000),
        title: z.string().max(200).optional(),
        icon: z.string().max(100).optional(),
        type: z.string().max(100).optional(),
      }),
    )
    .max(100)
    .optional(),
});

const ref = z.string().min(1).max(200);
const refs = z.array(ref).max(1_000).optional();
const word = z.string().min(1).max(100);
const depends = { dependsOn: refs, dependencyOf: refs };

/** What each kind says of itself. */
export const specShapes = {
  Component: z.looseObject({
    type: word,
    lifecycle: word,
    owner: ref,
    system: ref.optional(),
    subcomponentOf: ref.optional(),
    providesApis: refs,
    consumesApis: refs,
    ...depends,
  }),
  API: z
    .looseObject({
      type: word,
      lifecycle: word,
      owner: ref,
      system: ref.optional(),
      // A text, or where one is: `{$text: ./openapi.yaml}`.
      definition: z.union([z.string(), z.looseObject({})]).optional(),
      remotes: z.array(z.looseObject({ type: word, url: z.string().max(2_000) })).optional(),
    })
    .refine(
      ({ type, definition, remotes = [] }) =>
        type === 'mcp-server' ? remotes.length > 0 : definition !== undefined,
      'an API has a definition, and an mcp-server its remotes',
    ),
  Resource: z.looseObject({ type: word, owner: ref, system: ref.optional(), ...depends }),
  System: z.looseObject({ owner: ref, domain: ref.optional(), type: word.optional() }),
  Domain: z.looseObject({ owner: ref, subdomainOf: ref.optional(), type: word.optional() }),
  Group: z.looseObject({
    type: word,
    children: z.array(ref).max(1_000),
    parent: ref.optional(),
    members: refs,
  }),
  User: z.looseObject({ memberOf: z.array(ref).max(1_000) }),
} as const;
export type KnownKind = keyof typeof specShapes;

export const isKnownKind = (kind: string): kind is KnownKind => Object.hasOwn(specShapes, kind);

/** What every entity has. */
export const Envelope = z.looseObject({
  apiVersion: z.string().min(1).max(200),
  kind: z
    .string()
    .max(63)
    .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'letters and digits'),
  metadata,
  spec: z.looseObject({}).optional(),
});
export type Envelope = z.infer<typeof Envelope>;

export const entityVersions: readonly string[] = ['backstage.io/v1alpha1', 'backstage.io/v1beta1'];
