import type { RouterAnswer } from './answer-page.ts';

/** Why a placement that exists cannot answer. */
export interface PlacementState {
  readonly state: 'stopped' | 'starting' | 'failed';
  /** How visitors know it, for example the component's name. */
  readonly name: string;
  /** Shown to visitors: never put secrets or logs here. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
}

/** What is known about a host that has no instance; undefined: nothing, the host is unknown. */
export type Fallback = (host: string) => PlacementState | undefined;

const sentences: Readonly<Record<PlacementState['state'], string>> = {
  stopped: 'was stopped by the team that runs it.',
  starting: 'is starting and will answer in a moment.',
  failed: 'does not run: its last start failed.',
};

const codes = {
  stopped: 'application-stopped',
  starting: 'application-starting',
  failed: 'application-failed',
} as const;

/** 503 with Retry-After for a placement that has no instance. */
export function placementAnswer(known: PlacementState): RouterAnswer {
  const { state, name, detail } = known;
  return {
    status: 503,
    code: codes[state],
    detail: detail ?? `${name} ${sentences[state]}`,
    retryAfterSeconds: known.retryAfterSeconds ?? (state === 'starting' ? 2 : 60),
    refresh: state === 'starting',
  };
}

/** 404; the host is shown, cut off and escaped by whoever renders it. */
export function unknownHostAnswer(host: string): RouterAnswer {
  return {
    status: 404,
    code: 'host-unknown',
    detail: `No application is reached by the name ${host.slice(0, 100)}.`,
  };
}

export const heldTooLong: RouterAnswer = {
  status: 503,
  code: 'application-restarting',
  detail: 'The application is being restarted and did not come back in time.',
  retryAfterSeconds: 2,
  refresh: true,
};

export const tooManyHeld: RouterAnswer = {
  status: 503,
  code: 'application-restarting',
  detail: 'The application is being restarted and too many requests wait for it.',
  retryAfterSeconds: 1,
  refresh: true,
};

export const unreachable: RouterAnswer = {
  status: 502,
  code: 'application-unreachable',
  detail: 'The application took no connection, or closed it without an answer.',
};

export const brokenAnswer: RouterAnswer = {
  status: 502,
  code: 'application-unreachable',
  detail: 'The application answered with something that is not HTTP.',
};

export const timedOut: RouterAnswer = {
  status: 504,
  code: 'application-timeout',
  detail: 'The application did not answer in time.',
};

export const cutOff: RouterAnswer = {
  status: 504,
  code: 'application-timeout',
  detail: 'The application was replaced before it answered.',
};

export const bodyTooLarge = (maximum: number): RouterAnswer => ({
  status: 413,
  code: 'body-too-large',
  detail: `The largest body taken here has ${maximum} bytes.`,
});

export const clientTooSlow: RouterAnswer = {
  status: 408,
  code: 'request-timeout',
  detail: 'The rest of the request did not come in time.',
};

export const unknownInstance = (instance: string): RouterAnswer => ({
  status: 404,
  code: 'instance-unknown',
  detail: `X-Pltf-Instance names ${instance.slice(0, 100)}, which does not serve this application.`,
});

export const refused = (status: number, detail: string): RouterAnswer => ({
  status,
  code: 'bad-request',
  detail,
});
