import type { Reason } from '@pltf/contracts';

/** What is known of a trouble when it is put into words. */
export interface TroubleFacts {
  readonly kind: string;
  readonly namespace: string;
  readonly instance: string | undefined;
  readonly image: string;
  readonly memoryMiB: number;
  readonly startTimeoutMs: number;
  readonly health: string | undefined;
  /** What the cluster said. */
  readonly message: string | undefined;
  readonly lastEnd:
    | { readonly reason: string; readonly exitCode: number; readonly signal: number | undefined }
    | undefined;
  /** What the cluster warned of about the instance, or about what makes instances; the newest first. */
  readonly events: readonly SaidOf[];
  /** The same about the volumes that it waits for. */
  readonly volumes: readonly SaidOf[];
}

export interface SaidOf {
  readonly reason: string;
  readonly message: string;
}

/** What is wrong, and what to do. */
export type Words = Pick<Reason, 'code' | 'detail' | 'fix'>;

const longest = 400;

/** One line of bounded length. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}

/** Between two tries a pod says only that it waits for its image: why, its events tell. */
export const onlyWaits = (message: string | undefined = ''): boolean =>
  message === '' || /^Back-off pulling image "[^"]*"$/i.test(message);

/** The newest event that says why. */
export const saidBy = (
  events: readonly SaidOf[],
  reasons: RegExp,
  message = /./,
): string | undefined =>
  events.find((event) => reasons.test(event.reason) && message.test(event.message))?.message;
