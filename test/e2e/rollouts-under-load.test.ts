import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import type { RolloutView } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { eventually, git, pltf } from './support/tools.ts';

const leastRequests = 50_000;
const connections = 16;
const name = 'busy-api';
const rolloutsWanted = 10;
const restartsWanted = 3;

describe('rollouts, restarts, scaling and rollback under steady load', () => {
  let platform: TestPlatform;
  let clone: string;

  beforeAll(async () => {
    platform = await startPlatform();
    clone = join(platform.home, name);
    expect(await pltf(platform, 'create', 'service', name)).toMatchObject({ code: 0 });
    await eventually(
      () => platform.client.getPlacement({ params: { placement: `${name}.staging` } }),
      ({ serving }) => serving !== undefined,
    );
    expect(await pltf(platform, 'promote', name, '--yes')).toMatchObject({ code: 0 });
    await git(platform, platform.home, 'clone', '--quiet', `${platform.url}/git/${name}.git`);
  });
  afterAll(() => platform[Symbol.asyncDispose]());

  it(`fails none of at least ${leastRequests} requests on keep-alive connections`, {
    timeout: 600_000,
  }, async () => {
    const releases = await twoReleases(platform, clone);
    const load = steadyLoad(platform);

    const rollouts: RolloutView[] = [];
    for (let round = 0; round < rolloutsWanted; round += 1) {
      rollouts.push(await ended(platform, await deploy(platform, releases[round % 2] ?? 1)));
    }
    const placement = { params: { placement: `${name}.prod` } };
    for (let round = 0; round < restartsWanted; round += 1) {
      rollouts.push(
        await ended(platform, await platform.client.restart({ ...placement, body: {} })),
      );
    }
    for (const instances of [3, 1]) {
      rollouts.push(
        await ended(platform, await platform.client.scale({ ...placement, body: { instances } })),
      );
    }
    rollouts.push(
      await ended(platform, await platform.client.rollback({ ...placement, body: {} })),
    );
    const { answered, failures } = await load.stopAfter(leastRequests);

    expect(failures.slice(0, 10)).toEqual([]);
    expect(answered).toBeGreaterThanOrEqual(leastRequests);
    expect(rollouts.map(({ state, reason }) => reason?.detail ?? state)).toEqual(
      rollouts.map(() => 'done'),
    );
    // Each record says what the router counted while it went on.
    const counted = rollouts.filter(({ traffic }) => (traffic?.requests ?? 0) > 0);
    expect(counted.length).toBeGreaterThanOrEqual(rolloutsWanted);
    expect(
      rollouts.map(({ traffic }) => (traffic?.failures ?? 0) + (traffic?.errors ?? 0)),
    ).toEqual(rollouts.map(() => 0));
  });
});

async function twoReleases(platform: TestPlatform, clone: string): Promise<readonly number[]> {
  const file = join(clone, 'README.md');
  await writeFile(file, `${await readFile(file, 'utf8')}\nAnother line.\n`);
  await git(platform, clone, 'commit', '--quiet', '-am', 'Another line');
  expect(await git(platform, clone, 'push', '--quiet', 'origin', 'main')).toMatchObject({
    code: 0,
  });
  const { items } = await eventually(
    () => platform.client.listReleases({ params: { component: name }, query: {} }),
    (page) => page.items.length === 2,
  );
  return items.map(({ number }) => number);
}

const deploy = ({ client }: TestPlatform, release: number): Promise<RolloutView> =>
  client.deploy({ params: { placement: `${name}.prod` }, body: { release } });

const ended = ({ client }: TestPlatform, { id }: RolloutView): Promise<RolloutView> =>
  eventually(
    () => client.getRollout({ params: { id } }),
    ({ state }) => state !== 'running',
    60_000,
  );

/** Keep-alive connections that ask without a pause; a quarter of the requests carries a body. */
function steadyLoad({ routerPort }: TestPlatform) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const failures: string[] = [];
  let answered = 0;
  let wanted = Number.POSITIVE_INFINITY;
  const once = (method: 'GET' | 'POST'): Promise<void> =>
    new Promise((resolve) => {
      const fail = (what: string): void => {
        failures.push(what);
        resolve();
      };
      const sent = request(
        {
          agent,
          host: '127.0.0.1',
          port: routerPort,
          path: '/',
          method,
          headers: { host: `${name}.localhost:${routerPort}` },
        },
        (response) => {
          // The service has no POST route: its own 404 or 405 is an answer, a 5xx is a failure.
          if ((response.statusCode ?? 0) >= 500)
            failures.push(`status ${response.statusCode ?? 0}`);
          response.resume();
          response.on('error', (error) => fail(error.message));
          response.on('end', () => {
            answered += 1;
            resolve();
          });
        },
      );
      sent.on('error', (error) => fail(error.message));
      sent.end(method === 'POST' ? 'x'.repeat(200) : undefined);
    });
  const worker = async (index: number): Promise<void> => {
    for (let turn = index; answered + failures.length < wanted; turn += 1)
      await once(turn % 4 === 0 ? 'POST' : 'GET');
  };
  const working = Promise.all(Array.from({ length: connections }, (_, index) => worker(index)));
  return {
    stopAfter: async (requests: number) => {
      wanted = requests;
      await working;
      agent.destroy();
      return { answered, failures };
    },
  };
}
