import { type IntakeState, PltfError } from '@pltf/contracts';

/** Something that does not fit a golden path, asked for and answered by a team that is accountable. */
export interface IntakeRequest {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly component: string | undefined;
  readonly state: IntakeState;
  readonly requester: string;
  /** The team that answers. */
  readonly owner: string;
  readonly askedAt: Date;
  readonly answerBy: Date;
  readonly overdueTold: boolean;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly decisionReason: string | undefined;
}

export const isOverdue = ({ state, answerBy }: IntakeRequest, now: Date): boolean =>
  state === 'open' && now > answerBy;

/** Why this request cannot be answered or withdrawn; undefined when it can. */
export function requestRefusal(
  request: IntakeRequest,
  act: 'answer' | 'withdraw',
  actor: string,
): PltfError | undefined {
  if (request.state !== 'open') {
    return new PltfError('request-closed', {
      detail: `${request.id} is ${request.state} already`,
      fix: `\`pltf request show ${request.id}\` says who decided, and why.`,
    });
  }
  if (act === 'withdraw' && actor !== request.requester) {
    return new PltfError('forbidden', {
      detail: `${request.id} is ${request.requester}'s, who alone can withdraw it`,
      fix: 'Answer it instead, or ask them.',
    });
  }
  if (act === 'answer' && actor === request.requester) {
    return new PltfError('forbidden', {
      detail: `${actor} asked for ${request.id} and cannot answer it`,
      fix: `Somebody else of the team ${request.owner} answers; you can withdraw it.`,
    });
  }
  return undefined;
}
