import type { FollowedObject, FollowerStatus, RefusedObject } from './follower/follower-status.ts';

/** What a follower's status says of one placement. */
export interface PlacementSight {
  readonly state: /** Nobody says anything: no context, no such follower, or it was never compared. */
    | 'silent'
    /** The follower has not come to the commit yet. */
    | 'waiting'
    /** It is at the commit, and not all of it is in the cluster. */
    | 'applying'
    /** It could not be applied. */
    | 'refused'
    | 'progressing'
    | 'healthy'
    | 'degraded'
    /** It is in the cluster, and its health cannot be told from that of its neighbours. */
    | 'unclear';
  /** In the user's terms; empty when there is nothing to say. */
  readonly why: string;
  /** As of when; undefined when the follower does not say it. */
  readonly at: Date | undefined;
}

export interface SightQuestion {
  readonly status: FollowerStatus | undefined;
  readonly namespace: string;
  /** Nothing else is followed by it, so that its health is the placement's. */
  readonly alone: boolean;
  /** Whether that commit holds what is wanted of the placement. */
  readonly holds: (revision: string) => boolean;
}

/** Pure: nothing unknown is taken for good, and a neighbour's trouble is not the placement's. */
export function sightOf({ status, namespace, alone, holds }: SightQuestion): PlacementSight {
  if (status === undefined) return { state: 'silent', why: '', at: undefined };
  const { title, revision, pass, problems, at } = status;
  const told = (state: PlacementSight['state'], why = ''): PlacementSight => ({ state, why, at });
  const failed = pass?.state === 'failed' && pass.revision !== undefined && holds(pass.revision);
  const refused = failed ? pass.refused : [];
  const ours = refused.find((object) => isOwn(object, namespace));
  const [neighbour] = refused;
  if (failed && (ours !== undefined || neighbour === undefined)) {
    const own = ours === undefined ? undefined : refusalOf(ours);
    return told('refused', `${title}: ${own ?? pass.message ?? 'the sync failed'}`);
  }
  if (revision === undefined) {
    const because = problems.length === 0 ? 'has not looked yet' : problems.join('; ');
    return told('waiting', `${title} ${because}`);
  }
  if (!holds(revision)) {
    const running =
      pass?.state === 'running' && pass.revision !== undefined && holds(pass.revision);
    if (running) return told('applying', pass.message);
    const why = [`${title} is at ${revision.slice(0, 7)}`, ...problems].join('; ');
    return told('waiting', why);
  }
  const own = status.objects.filter((object) => isOwn(object, namespace));
  const behind = own.filter(({ synced }) => synced === false);
  const allThere = own.length > 0 && behind.length === 0;
  if (!allThere || (!status.synced && own.some(({ synced }) => synced === undefined))) {
    const names = behind.slice(0, 3).map(nameOf).join(', ');
    // One sync is for all of the group: what of a neighbour cannot be applied keeps ours waiting.
    const held =
      neighbour === undefined
        ? undefined
        : `${title} is held up by another placement, ${neighbour.namespace ?? neighbour.name}: ${refusalOf(neighbour)}`;
    const why = names === '' ? (pass?.message ?? '') : `not in sync: ${names}`;
    return told('applying', held ?? why);
  }
  return healthSight(status, own, alone);
}

const refusalOf = (object: RefusedObject): string =>
  `${nameOf(object)}: ${object.message ?? 'it could not be applied'}`;

export const isOwn = (
  object: Pick<FollowedObject, 'kind' | 'namespace' | 'name'>,
  namespace: string,
): boolean =>
  object.namespace === namespace || (object.kind === 'Namespace' && object.name === namespace);

export const nameOf = ({ kind, name }: Pick<FollowedObject, 'kind' | 'name'>): string =>
  `${kind} ${name}`;

/** What runs decides; an autoscaler without figures, say, is told and stops nothing. */
const decisive: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'Job', 'CronJob']);

function healthSight(
  status: FollowerStatus,
  own: readonly FollowedObject[],
  alone: boolean,
): PlacementSight {
  const { title, health, at } = status;
  const told = (state: PlacementSight['state'], why = ''): PlacementSight => ({ state, why, at });
  const said = own.filter((object) => object.health !== undefined && decisive.has(object.kind));
  const of = (wanted: readonly string[]) =>
    said.find((object) => object.health !== undefined && wanted.includes(object.health));
  if (said.length > 0) {
    const bad = of(['degraded']);
    if (bad !== undefined) return told('degraded', reasonOf(bad));
    const moving = of(['progressing', 'missing', 'unknown']);
    if (moving !== undefined) return told('progressing', reasonOf(moving));
    return told('healthy');
  }
  if (health === 'healthy') return told('healthy');
  if (health === 'progressing') return told('progressing', `${title} is progressing`);
  if (alone && health === 'degraded')
    return told('degraded', `${title} is degraded${because(status)}`);
  return told(
    'unclear',
    `${title} is ${health} and does not say which object it is: set \`controller.resource.health.persist\` in Argo CD, or \`group: placement\` of this runtime`,
  );
}

const because = ({ pass }: FollowerStatus): string =>
  pass?.message === undefined ? '' : `: ${pass.message.slice(0, 500)}`;

const reasonOf = (object: FollowedObject): string =>
  `${nameOf(object)} is ${object.health ?? 'unknown'}${object.message === undefined ? '' : `: ${object.message}`}`;
