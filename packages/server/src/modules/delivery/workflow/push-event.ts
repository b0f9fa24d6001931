import { z } from 'zod';
import type { Json } from './template.ts';

/** Which run this is; part of the `github` context. */
export const RunIdentity = z.object({
  /** Becomes part of the ids of workspaces and tasks. */
  id: z
    .string()
    .max(40)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  number: z.number().int().positive(),
  attempt: z.number().int().positive(),
});
export type RunIdentity = z.infer<typeof RunIdentity>;

/** A push, as far as workflows can see it. */
export const PushEvent = z.object({
  /** `owner/name`. */
  repository: z.string(),
  /** Without a slash at its end. */
  serverUrl: z.string(),
  /** `refs/heads/main` or `refs/tags/v1`. */
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  actor: z.string(),
  defaultBranch: z.string(),
  headCommit: z
    .object({
      message: z.string(),
      timestamp: z.string(),
      author: z.object({ name: z.string(), email: z.string() }),
    })
    .optional(),
});
export type PushEvent = z.infer<typeof PushEvent>;

export const refNameOf = (ref: string): string => ref.replace(/^refs\/(?:heads|tags)\//, '');
export const isTag = (ref: string): boolean => ref.startsWith('refs/tags/');
/** True when the push removed the ref: then no commit is left whose workflows could run. */
export const isDeletion = (event: PushEvent): boolean => /^0+$/.test(event.after);

/** The parts of the `github` context that are the same for all jobs of a workflow. */
export function githubContext(
  event: PushEvent,
  run: RunIdentity,
  workflow: { readonly name: string; readonly path: string },
): Readonly<Record<string, Json>> {
  const [owner = ''] = event.repository.split('/');
  return {
    actor: event.actor,
    api_url: `${event.serverUrl}/api/v1`,
    base_ref: '',
    event: pushPayload(event),
    event_name: 'push',
    graphql_url: '',
    head_ref: '',
    ref: event.ref,
    ref_name: refNameOf(event.ref),
    ref_protected: refNameOf(event.ref) === event.defaultBranch,
    ref_type: isTag(event.ref) ? 'tag' : 'branch',
    repository: event.repository,
    repository_owner: owner,
    repositoryUrl: `${event.serverUrl}/${event.repository}.git`,
    retention_days: '90',
    run_attempt: String(run.attempt),
    run_id: run.id,
    run_number: String(run.number),
    server_url: event.serverUrl,
    sha: event.after,
    triggering_actor: event.actor,
    workflow: workflow.name,
    workflow_ref: `${event.repository}/${workflow.path}@${event.ref}`,
    workflow_sha: event.after,
  };
}

/** `github.event`: the fields of GitHub's push payload that the platform knows. */
function pushPayload(event: PushEvent): Json {
  const [owner = '', name = event.repository] = event.repository.split('/');
  const commit = event.headCommit;
  const head: Json =
    commit === undefined
      ? null
      : {
          id: event.after,
          message: commit.message,
          timestamp: commit.timestamp,
          author: commit.author,
        };
  return {
    ref: event.ref,
    before: event.before,
    after: event.after,
    created: /^0+$/.test(event.before),
    deleted: isDeletion(event),
    forced: false,
    base_ref: null,
    compare: `${event.serverUrl}/${event.repository}/compare/${event.before}...${event.after}`,
    head_commit: head,
    commits: head === null ? [] : [head],
    pusher: { name: event.actor },
    sender: { login: event.actor },
    repository: {
      name,
      full_name: event.repository,
      owner: { login: owner, name: owner },
      default_branch: event.defaultBranch,
      html_url: `${event.serverUrl}/${event.repository}`,
      clone_url: `${event.serverUrl}/${event.repository}.git`,
    },
  };
}
