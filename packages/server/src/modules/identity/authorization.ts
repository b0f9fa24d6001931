import type { Action, TokenScope } from '@pltf/contracts';
import type { Actor, Resource } from '../../kernel/actor.ts';

/** What is asked; `writes` tells the endpoints apart that ask no more than being signed in. */
export interface Question extends Resource {
  readonly writes?: boolean;
}

export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly code: 'unauthenticated' | 'forbidden' | 'not-found';
      /** Why not, as a sentence for the person who asked. */
      readonly reason: string;
      /** Who could change that, and how. */
      readonly remedy: string;
    };

type Need =
  | 'nothing'
  | 'signed-in'
  | 'read-all'
  | 'read-team'
  | 'develop'
  | 'decide'
  | 'administer';

/** Everything that can be asked. An action that is not here cannot be allowed: the type demands its line. */
const needs: Readonly<Record<Action, Need>> = {
  'public': 'nothing',
  'signed-in': 'signed-in',
  // The catalogue is one for the whole organisation; what a component's source holds is its team's.
  'component:read': 'signed-in',
  'component:create': 'develop',
  'component:operate': 'develop',
  'component:delete': 'develop',
  'repository:read': 'read-team',
  'repository:write': 'develop',
  'people:read': 'read-all',
  'people:write': 'administer',
  'audit:read': 'read-all',
  'platform:write': 'administer',
  // What the platform offers is nobody's secret.
  'platform-source:read': 'signed-in',
  'platform-source:write': 'administer',
  // What is broken, by whom and why is no secret inside an organisation: it is debt in plain sight.
  'policy:read': 'signed-in',
  'guardrail:replay': 'read-all',
  'exception:request': 'develop',
  'exception:decide': 'decide',
  'exception:revoke': 'decide',
  'request:create': 'signed-in',
  'request:answer': 'develop',
};

const allow: Decision = { allowed: true };
const administrator = 'Ask a platform administrator';

/**
 * The one answer to "may they?". Denies by default; a token's scopes only ever take rights away.
 *
 * @example decide(developerOfA, 'component:operate', { team: 'team-b' }) // not allowed, forbidden
 */
export function decide(actor: Actor, action: Action, question: Question): Decision {
  const need = needs[action];
  if (need === 'nothing' || actor.via === 'platform') return allow;
  if (actor.via === 'anonymous') {
    return {
      allowed: false,
      code: 'unauthenticated',
      reason: 'nobody is signed in',
      remedy: '`pltf login` signs you in.',
    };
  }
  const scope = missingScope(actor, action, question);
  if (scope !== undefined) {
    const remedy = `Use a token with the scope \`${scope}\`: \`pltf token create\` makes one.`;
    return {
      allowed: false,
      code: 'forbidden',
      reason: `this token lacks the scope \`${scope}\``,
      remedy,
    };
  }
  if (need === 'signed-in' || actor.role === 'platform') return allow;
  if (need === 'decide') return decideForTeams(actor, action, question);
  return need === 'develop' || need === 'read-team'
    ? decideForTeam(actor, action, need, question)
    : decideForPlatform(actor, action, need);
}

function decideForTeam(
  actor: Actor,
  action: Action,
  need: 'develop' | 'read-team',
  question: Question,
): Decision {
  const { team, what } = question;
  if (need === 'read-team' && actor.role === 'auditor') return allow;
  if (team === undefined && action !== 'component:create') {
    // Nobody's, or it does not exist: which of the two is not theirs to learn.
    const reason = `there is no ${what ?? 'such thing'}`;
    return { allowed: false, code: 'not-found', reason, remedy: 'Look for it with `pltf list`.' };
  }
  if (actor.role === 'auditor') {
    return {
      allowed: false,
      code: 'forbidden',
      reason: 'auditors read everything and change nothing',
      remedy: `${administrator} for another role.`,
    };
  }
  const role = team === undefined ? undefined : actor.teams.get(team);
  if (role === 'developer' || (need === 'read-team' && role === 'viewer')) return allow;
  const whose = team === undefined ? 'a team' : `the team ${team}`;
  const wanted = need === 'develop' ? 'developer' : 'viewer';
  const reason = `only a ${wanted} of ${whose} may do ${action}${what === undefined ? '' : ` on ${what}`}`;
  return {
    allowed: false,
    code: 'forbidden',
    reason,
    remedy: `${administrator} to make you a ${wanted} of ${whose}.`,
  };
}

/** Developers of any of the teams that decide: viewers look, auditors change nothing. */
function decideForTeams(actor: Actor, action: Action, { teams = [], what }: Question): Decision {
  const entitled = teams.some((team) => actor.teams.get(team) === 'developer');
  if (entitled && actor.role !== 'auditor') return allow;
  const who = teams.length === 0 ? 'a platform administrator' : `developers of ${teams.join(', ')}`;
  const reason = `${action}${what === undefined ? '' : ` on ${what}`} is for ${who}`;
  const remedy = `${administrator}${teams.length === 0 ? '' : ', or one of them'}.`;
  return { allowed: false, code: 'forbidden', reason, remedy };
}

function decideForPlatform(actor: Actor, action: Action, need: Need): Decision {
  if (need === 'read-all' && actor.role === 'auditor') return allow;
  const role = need === 'read-all' ? 'auditor or platform' : 'platform';
  const reason = `${action} needs the role ${role}`;
  return { allowed: false, code: 'forbidden', reason, remedy: `${administrator} for it.` };
}

function missingScope(actor: Actor, action: Action, question: Question): TokenScope | undefined {
  const scope = scopeOf(action, question);
  // Who may write sees what is written.
  const held = actor.scopes.has(scope) || (scope === 'read' && actor.scopes.has('write'));
  return held ? undefined : scope;
}

function scopeOf(action: Action, question: Question): TokenScope {
  if (/^(?:repository|platform-source):/.test(action)) return 'git';
  const need = needs[action];
  if (need === 'signed-in') return question.writes === true ? 'write' : 'read';
  return need === 'read-all' ? 'read' : 'write';
}
