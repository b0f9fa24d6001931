import { z } from 'zod';
import { Id, Instant, TeamName, UserName } from '../names.ts';
import { endpoint } from './endpoint.ts';
import { Empty, IdParams, PageQuery, page } from './shapes.ts';

/** `platform` may do everything; `auditor` may read everything; others act through their teams. */
export const PlatformRole = z.enum(['platform', 'auditor', 'member']);
export type PlatformRole = z.infer<typeof PlatformRole>;
export const TeamRole = z.enum(['developer', 'viewer']);
export type TeamRole = z.infer<typeof TeamRole>;
/** What a token may do at most: its person's rights, cut down to this. */
export const TokenScope = z.enum(['read', 'write', 'git']);
export type TokenScope = z.infer<typeof TokenScope>;

export const UserView = z.object({
  name: UserName,
  displayName: z.string(),
  role: PlatformRole,
  teams: z.array(z.object({ team: TeamName, role: TeamRole })),
  createdAt: Instant,
  disabled: z.boolean(),
});
export const TeamView = z.object({
  name: TeamName,
  displayName: z.string(),
  members: z.array(z.object({ user: UserName, role: TeamRole })),
});
export const Me = z.object({
  user: UserView,
  via: z.enum(['session', 'token']),
  scopes: z.array(TokenScope),
  /** What the portal may offer: teams this person may create and operate components for. */
  developerOf: z.array(TeamName),
  platform: z.object({
    organisation: z.string(),
    domain: z.string(),
    portalUrl: z.string(),
    routerPort: z.number().int(),
    version: z.string(),
  }),
});
export type Me = z.infer<typeof Me>;
export const TokenView = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['personal', 'machine']),
  user: UserName,
  scopes: z.array(TokenScope),
  hint: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedAt: Instant.optional(),
});
export const AuditEntry = z.object({
  seq: z.number().int(),
  at: Instant,
  actor: z.string(),
  via: z.enum(['session', 'token', 'platform', 'anonymous']),
  action: z.string(),
  target: z.string(),
  outcome: z.enum(['done', 'denied', 'failed']),
  address: z.string(),
  requestId: z.string(),
  why: z.string().optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const tag = 'identity';
const UserParams = z.object({ user: UserName });
const TeamParams = z.object({ team: TeamName });

export const identityApi = {
  signIn: endpoint({
    method: 'POST',
    path: '/session',
    tag,
    action: 'public',
    summary: 'Sign in with a one-time link; answers with a session cookie',
    body: z.object({ token: z.string().max(200) }),
    answer: Me,
  }),
  signOut: endpoint({
    method: 'DELETE',
    path: '/session',
    tag,
    action: 'signed-in',
    summary: 'End this session',
    answer: Empty,
    status: 204,
  }),
  whoAmI: endpoint({
    method: 'GET',
    path: '/me',
    tag,
    action: 'signed-in',
    summary: 'Who is asking, and what may they do',
    answer: Me,
  }),
  createSignInLink: endpoint({
    method: 'POST',
    path: '/sign-in-links',
    tag,
    action: 'signed-in',
    summary: 'Make a one-time link that signs a person in (15 minutes; for others: platform only)',
    body: z.object({ user: UserName.optional() }),
    answer: z.object({ url: z.string(), expiresAt: Instant }),
    status: 201,
  }),
  listTokens: endpoint({
    method: 'GET',
    path: '/tokens',
    tag,
    action: 'signed-in',
    summary: 'Your tokens (platform: all of them)',
    query: z.object(PageQuery),
    answer: page(TokenView),
  }),
  createToken: endpoint({
    method: 'POST',
    path: '/tokens',
    tag,
    action: 'signed-in',
    summary: 'Make a token; its text is shown this once',
    body: z.object({
      name: z.string().min(1).max(100),
      scopes: z.array(TokenScope).min(1).max(3),
      days: z.number().int().min(1).max(365).default(30),
      /** A machine's name: a token of its own, not of a person. Platform only. */
      machine: UserName.optional(),
    }),
    answer: TokenView.extend({ token: z.string() }),
    status: 201,
  }),
  revokeToken: endpoint({
    method: 'DELETE',
    path: '/tokens/:id',
    tag,
    action: 'signed-in',
    summary: 'Revoke a token at once',
    params: IdParams,
    answer: Empty,
    status: 204,
  }),
  listUsers: endpoint({
    method: 'GET',
    path: '/users',
    tag,
    action: 'people:read',
    summary: 'People',
    query: z.object(PageQuery),
    answer: page(UserView),
  }),
  createUser: endpoint({
    method: 'POST',
    path: '/users',
    tag,
    action: 'people:write',
    summary: 'Add a person; answers with a sign-in link',
    body: z.object({
      name: UserName,
      displayName: z.string().min(1).max(100).optional(),
      role: PlatformRole.default('member'),
    }),
    answer: z.object({ user: UserView, url: z.string() }),
    status: 201,
  }),
  changeUser: endpoint({
    method: 'PUT',
    path: '/users/:user',
    tag,
    action: 'people:write',
    summary: 'Change role, or disable (ends sessions and tokens at once)',
    params: UserParams,
    body: z.object({ role: PlatformRole.optional(), disabled: z.boolean().optional() }),
    answer: UserView,
  }),
  listTeams: endpoint({
    method: 'GET',
    path: '/teams',
    tag,
    action: 'signed-in',
    summary: 'Teams and their members',
    query: z.object(PageQuery),
    answer: page(TeamView),
  }),
  createTeam: endpoint({
    method: 'POST',
    path: '/teams',
    tag,
    action: 'people:write',
    summary: 'Add a team',
    body: z.object({ name: TeamName, displayName: z.string().max(100).optional() }),
    answer: TeamView,
    status: 201,
  }),
  setMember: endpoint({
    method: 'PUT',
    path: '/teams/:team/members/:user',
    tag,
    action: 'people:write',
    summary: 'Add a member or change the role',
    params: TeamParams.extend(UserParams.shape),
    body: z.object({ role: TeamRole }),
    answer: TeamView,
  }),
  removeMember: endpoint({
    method: 'DELETE',
    path: '/teams/:team/members/:user',
    tag,
    action: 'people:write',
    summary: 'Remove a member',
    params: TeamParams.extend(UserParams.shape),
    answer: TeamView,
    status: 200,
  }),
  listAudit: endpoint({
    method: 'GET',
    path: '/audit',
    tag,
    action: 'audit:read',
    summary: 'Who did what, from where, with what outcome; newest first',
    query: z.object({
      ...PageQuery,
      actor: z.string().max(100).optional(),
      target: z.string().max(200).optional(),
    }),
    answer: page(AuditEntry),
  }),
};
