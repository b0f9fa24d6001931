import type { ExceptionState } from '@pltf/contracts';

/** Approved by somebody, or owned by somebody, who is not there any more: has to be approved anew, or ends. */
export interface Flag {
  readonly reason: string;
  readonly since: Date;
  readonly endsAt: Date;
}

/** A time-limited permission to break one guardrail. */
export interface PolicyException {
  readonly id: string;
  readonly guardrail: string;
  readonly component: string;
  /** Undefined: every environment. */
  readonly environment: string | undefined;
  readonly state: ExceptionState;
  readonly owner: string;
  readonly team: string;
  readonly requester: string;
  readonly approver: string | undefined;
  readonly reason: string;
  readonly compensatingControl: string;
  readonly ticket: string | undefined;
  readonly decisionReason: string | undefined;
  readonly requestedAt: Date;
  readonly startsAt: Date | undefined;
  readonly expiresAt: Date;
  readonly endedAt: Date | undefined;
  /** A person, or the platform itself when time did it. */
  readonly endedBy: string | undefined;
  readonly endedReason: string | undefined;
  /** By placement: the digest of the breaking values that were approved. */
  readonly covers: Readonly<Record<string, string>>;
  /** Days before its end at which was warned. */
  readonly notices: readonly number[];
  readonly flag: Flag | undefined;
}

export type NewException = Pick<
  PolicyException,
  | 'id'
  | 'guardrail'
  | 'component'
  | 'environment'
  | 'owner'
  | 'team'
  | 'requester'
  | 'reason'
  | 'compensatingControl'
  | 'ticket'
  | 'requestedAt'
  | 'expiresAt'
>;

/** Something that breaks a guardrail in the scope of an exception: runs already, would run by the newest spec, or was refused. */
export interface Breaking {
  readonly placement: string;
  readonly environment: string;
  readonly found: 'placed' | 'planned' | 'refused';
  readonly message: string;
  readonly where: string | undefined;
  readonly digest: string;
}

export const isOpen = ({ state }: Pick<PolicyException, 'state'>): boolean =>
  state === 'pending' || state === 'approved';
