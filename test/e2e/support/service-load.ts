import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadFailure {
  readonly at: string;
  readonly connection: 'kept' | 'new';
  readonly what: string;
}

export interface LoadResult {
  readonly answered: Readonly<Record<'kept' | 'new', number>>;
  /** Everything but a whole answer of the program with a status below 500. */
  readonly failures: readonly LoadFailure[];
  /** How often each release answered, where the program says its release. */
  readonly bodies: ReadonlyMap<string, number>;
}

export interface LoadOptions {
  /** Clients that keep their connection, and clients that make one for each request. */
  readonly kept?: number;
  readonly fresh?: number;
  /** Milliseconds that each client rests between requests. */
  readonly pauseMs?: number;
  /** The address to ask at this moment; the same for ever unless told. */
  readonly path?: string;
}

/** Users of a Service, from outside of the cluster's pods: they ask until they are stopped, and never ask again. */
export function loadOn(url: string, options: LoadOptions = {}) {
  const { kept = 6, fresh = 3, pauseMs = 4, path = '/' } = options;
  const target = new URL(path, url);
  const keeping = new Agent({ keepAlive: true, maxSockets: kept });
  const failures: LoadFailure[] = [];
  const answered = { kept: 0, new: 0 };
  const bodies = new Map<string, number>();
  let stopping = false;

  const once = (connection: 'kept' | 'new'): Promise<void> =>
    new Promise((resolve) => {
      const fail = (what: string): void => {
        failures.push({ at: new Date().toISOString(), connection, what });
        resolve();
      };
      const agent = connection === 'kept' ? keeping : false;
      const sent = request(target, { agent, timeout: 15_000 }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (body += part));
        response.on('error', (error) => fail(`cut in the answer: ${error.message}`));
        response.on('end', () => {
          if ((response.statusCode ?? 0) >= 500)
            return fail(`status ${response.statusCode ?? 0}: ${body.slice(0, 200)}`);
          answered[connection] += 1;
          bodies.set(body, (bodies.get(body) ?? 0) + 1);
          resolve();
        });
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in 15 s')));
      sent.on('error', (error) => fail(error.message));
      sent.end();
    });
  const client = async (connection: 'kept' | 'new'): Promise<void> => {
    while (!stopping) {
      await once(connection);
      await sleep(pauseMs);
    }
  };
  const working = Promise.all([
    ...Array.from({ length: kept }, () => client('kept')),
    ...Array.from({ length: fresh }, () => client('new')),
  ]);
  return {
    failures: (): readonly LoadFailure[] => failures,
    stop: async (): Promise<LoadResult> => {
      stopping = true;
      await working;
      keeping.destroy();
      return { answered, failures, bodies };
    },
  };
}
