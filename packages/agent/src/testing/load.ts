import { Agent, request } from 'node:http';

/** What clients saw who sent requests without pause. */
export interface LoadResult {
  readonly requests: number;
  /** Everything but a whole 200: other answers, cut connections, wrong bodies. */
  readonly failures: readonly string[];
  /** How many answers came from each version of the program. */
  readonly versions: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

export interface Load {
  stop(): Promise<LoadResult>;
}

export interface LoadOptions {
  readonly port: number;
  readonly host: string;
  readonly clients: number;
  /** Milliseconds that each client rests between requests. */
  readonly pauseMs?: number;
}

/** Keep-alive clients that send GET and POST, some of them slow ones, until they are stopped. */
export function startLoad(options: LoadOptions): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: options.clients });
  const failures: string[] = [];
  const versions: Record<string, number> = {};
  let requests = 0;
  let slowestMs = 0;
  let stopped = false;

  const once = (number: number) =>
    new Promise<void>((resolve) => {
      const begin = performance.now();
      const post = number % 4 === 0;
      const path = number % 8 === 0 ? '/?wait=150' : '/';
      const fail = (why: string) => {
        failures.push(`${new Date().toISOString()} ${post ? 'POST' : 'GET'} ${path}: ${why}`);
        resolve();
      };
      const call = request(
        {
          ...{ host: '127.0.0.1', port: options.port, path, agent },
          ...{ method: post ? 'POST' : 'GET', headers: { host: options.host } },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.once('error', (error) => fail(error.message));
          response.once('end', () => {
            if (response.statusCode !== 200)
              return fail(`${response.statusCode} ${text.slice(0, 80)}`);
            const version = text.split(' ')[0] ?? '';
            versions[version] = (versions[version] ?? 0) + 1;
            slowestMs = Math.max(slowestMs, performance.now() - begin);
            resolve();
          });
        },
      );
      call.once('error', (error) => fail(error.message));
      call.end(post ? 'x'.repeat(2000) : undefined);
    });

  const client = async () => {
    while (!stopped) {
      requests += 1;
      await once(requests);
      if (options.pauseMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
      }
    }
  };

  const clients = Array.from({ length: options.clients }, client);
  return {
    async stop() {
      stopped = true;
      await Promise.all(clients);
      agent.destroy();
      return { requests, failures, versions, slowestMs };
    },
  };
}
