import { z } from 'zod';

/** Names that become paths, hosts, branches and process labels. Each kind has one schema, used at every edge. */
export const limits = {
  componentName: 40,
  branch: 200,
  text: 500,
  longText: 10_000,
  list: 200,
} as const;

/** Names that would collide with hosts, paths or commands of the platform itself. */
export const reservedNames: ReadonlySet<string> = new Set([
  'admin',
  'agent',
  'api',
  'assets',
  'auth',
  'git',
  'health',
  'localhost',
  'platform',
  'pltf',
  'portal',
  'preview',
  'prod',
  'public',
  'staging',
  'status',
  'www',
]);

/** The platform's own repository: reserved, so no component has it. */
export const platformRepository = 'platform';

const dnsLabel = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/;

export const ComponentName = z
  .string()
  .max(limits.componentName, `at most ${limits.componentName} characters`)
  .regex(dnsLabel, 'lower-case letters, digits and single dashes, starting with a letter')
  .refine((name) => !reservedNames.has(name), 'this name is reserved by the platform');
export type ComponentName = z.infer<typeof ComponentName>;

export const TeamName = z
  .string()
  .max(40)
  .regex(dnsLabel, 'lower-case letters, digits and single dashes, starting with a letter');

export const UserName = z
  .string()
  .max(40)
  .regex(/^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/, 'lower-case letters, digits, dots and dashes');

export const EnvironmentName = z.string().max(20).regex(dnsLabel, 'like `staging` or `prod`');

/** `<label>.<environment>`, for example `users-api.prod` or `users-api-fix-login.preview`. */
export const PlacementId = z
  .string()
  .max(90)
  .regex(/^[a-z][a-z0-9-]{0,62}\.[a-z][a-z0-9-]{0,19}$/, 'like `users-api.prod`');

export const CommitId = z.string().regex(/^[0-9a-f]{40}$/, '40 hex digits');
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256:<64 hex digits>');

/** A branch as git allows it, restricted to what is safe in output and as an argument. */
export const BranchName = z
  .string()
  .min(1)
  .max(limits.branch)
  .regex(
    /^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock(?:\/|$)|\/\.))[A-Za-z0-9._/#+@=-]+(?<![/.])$/,
    'letters, digits and ._/#+@=- as git allows them',
  );

export const Instant = z.iso.datetime();
export const Id = z
  .string()
  .regex(/^[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{20,26}$/, 'an id of the platform');

const maximumLabel = 63;

/** The part of a host name that a branch adds: lower case, dashes for everything else, never empty. */
export function branchSlug(branch: string): string {
  const slug = branch
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug === '' ? 'branch' : slug;
}

/** The first label of a placement's host: the component, and for other branches than the default one their slug. */
export function placementLabel(component: string, branch?: string): string {
  const label = branch === undefined ? component : `${component}-${branchSlug(branch)}`;
  return label.slice(0, maximumLabel).replace(/-+$/, '');
}

/** The words of `create service users api` joined to one name. */
export const joinName = (words: readonly string[]): string => words.join('-').toLowerCase();
