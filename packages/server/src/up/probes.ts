import { request } from 'node:http';

export interface ProbeTarget {
  readonly socketPath?: string;
  readonly port?: number;
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly body: unknown;
}

const timeoutMs = 3_000;

/** One request to a program of ours; undefined when nobody answers. */
export function ask(target: ProbeTarget): Promise<ProbeAnswer | undefined> {
  return new Promise((resolve) => {
    const { socketPath, port, path, token, body, method = 'GET' } = target;
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = request(
      {
        ...(socketPath === undefined ? { host: '127.0.0.1', port } : { socketPath }),
        path,
        method,
        timeout: timeoutMs,
        headers: {
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', () => resolve(undefined));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(parts)) }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.end(text);
  });
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const firstLookMs = 10;
const longestLookMs = 200;

/** Asks until the answer is there or the time is over. There is no event to wait for while a program starts. */
export async function until<T>(
  deadlineMs: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = Date.now() + deadlineMs;
  for (let wait = firstLookMs; ; wait = Math.min(wait * 2, longestLookMs)) {
    const found = await look();
    if (found !== undefined || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
