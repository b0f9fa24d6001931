import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Answered {
  /** Epoch milliseconds with fractions: when the answer was complete. */
  readonly at: number;
  readonly asked: number;
}

export interface Awaited {
  readonly url: string;
  readonly holds: (status: number, body: string) => boolean;
  readonly signal: AbortSignal;
}

/** Between two questions: what the measured times may be off by. */
const pauseMs = 2;
const deadlineMs = 30_000;
const answerMs = 2_000;

/** Epoch milliseconds with fractions, on the clock that events of the platform are stamped with. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Asks every 2 ms, on one kept connection, until an answer is the awaited one; at most 30 s. */
export async function firstAnswer({ url, holds, signal }: Awaited): Promise<Answered> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const until = performance.now() + deadlineMs;
  let last = 'no answer';
  try {
    for (let asked = 1; performance.now() < until; asked += 1) {
      signal.throwIfAborted();
      const answer = await ask(agent, url).catch((error: unknown) => String(error));
      if (typeof answer !== 'string') {
        if (holds(answer.status, answer.body)) return { at: now(), asked };
        last = `${answer.status} ${answer.body.slice(0, 200)}`;
      } else last = answer;
      await sleep(pauseMs);
    }
    throw new Error(`${url} did not answer as awaited within ${deadlineMs} ms; the last: ${last}`);
  } finally {
    agent.destroy();
  }
}

/** Through the router on loopback, by its Host header and without DNS. */
function ask(
  agent: Agent,
  url: string,
): Promise<{ readonly status: number; readonly body: string }> {
  const { host, port, pathname } = new URL(url);
  return new Promise((resolve, reject) => {
    const take = (response: IncomingMessage): void => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    };
    const options = {
      agent,
      host: '127.0.0.1',
      port,
      path: pathname,
      headers: { host },
      timeout: answerMs,
    };
    const sent = request(options, take);
    sent.on('timeout', () => sent.destroy(new Error('no answer')));
    sent.on('error', reject);
    sent.end();
  });
}
