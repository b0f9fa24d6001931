import type { PlatformRole, TeamRole, TokenScope } from '@pltf/contracts';

/** Who asks, resolved from a session or a token at every request, so that changes of rights apply at once. */
export interface Actor {
  readonly name: string;
  readonly role: PlatformRole;
  readonly teams: ReadonlyMap<string, TeamRole>;
  readonly via: 'session' | 'token' | 'platform' | 'anonymous';
  readonly scopes: ReadonlySet<TokenScope>;
  /** Which session or token it came by: the session's hash in hex, the token's id. */
  readonly credential?: string;
}

/** A passer-by. */
export const anonymous: Actor = {
  name: 'anonymous',
  role: 'member',
  teams: new Map(),
  via: 'anonymous',
  scopes: new Set(),
};

/** What an action is asked about; a component belongs to a team. */
export interface Resource {
  readonly team?: string;
  /** Where several teams may decide: being of one is enough. */
  readonly teams?: readonly string[];
  readonly what?: string;
}
