import { randomUUID } from 'node:crypto';
import { appendFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OperationView, PltfError } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Chance, chanceFrom } from './support/chance.ts';
import { startPlatform, type TestPlatform } from './support/platform.ts';
import { probe } from './support/prober.ts';
import { instanceProcesses } from './support/processes.ts';
import { eventually, fetchUrl, git, run } from './support/tools.ts';

const rounds = Number(process.env['PLTF_KILL_ROUNDS'] ?? 14);
const seed = Number(process.env['PLTF_KILL_SEED'] ?? Date.now() % 1_000_000);
const settleMs = 60_000;
const longestWaitBeforeKillMs = 1_200;

type Victim = 'server' | 'agent' | 'postgres' | 'application';
type Deed = 'create' | 'push' | 'promote' | 'delete';

describe.skipIf(process.platform !== 'linux')(
  `killing anything at any moment (seed ${seed})`,
  () => {
    let platform: TestPlatform;
    const chance = chanceFrom(seed);
    const alive = new Set<string>();
    let made = 0;

    beforeAll(async () => {
      platform = await startPlatform();
      const created = await finish(platform, await create(platform, 'steady'));
      expect(created.problem, JSON.stringify(created)).toBeUndefined();
      await promote(platform, 'steady');
      await eventually(
        () => fetchUrl(prodUrl(platform, 'steady')),
        ({ status }) => status === 200,
      );
      alive.add('steady');
    });
    afterAll(() => platform[Symbol.asyncDispose]());

    it(`loses nothing and does nothing twice in ${rounds} rounds`, {
      timeout: rounds * settleMs,
    }, async () => {
      const users = probe(prodUrl(platform, 'steady'));
      try {
        for (let round = 0; round < rounds; round += 1) {
          const deed = chooseDeed(chance, alive);
          const victim = chance.pick<Victim>([
            'server',
            'server',
            'agent',
            'postgres',
            'application',
          ]);
          const waitMs = chance.upTo(longestWaitBeforeKillMs);
          const subject =
            deed === 'create' ? `app-${(made += 1)}` : ([...alive].at(-1) ?? 'steady');
          const label = `round ${round}: ${deed} ${subject}, ${victim} killed after ${waitMs.toFixed(0)} ms`;
          const from = Date.now();

          const killing = sleep(waitMs).then(() => kill(platform, victim));
          const outcome = await carryOut(platform, deed, subject).catch((error: unknown) => {
            throw new Error(`${label}: ${error instanceof Error ? error.message : String(error)}`, {
              cause: error,
            });
          });
          await killing;
          if (deed === 'create' && outcome === 'done') alive.add(subject);
          if (deed === 'delete') alive.delete(subject);

          await invariants(platform, alive, label);
          if (victim === 'server' || victim === 'postgres') {
            expect(
              users.failures(from, Date.now()),
              `${label}: the application stopped answering`,
            ).toEqual([]);
          }
        }
      } finally {
        await users.stop();
      }
      expect(users.asked()).toBeGreaterThan(100);
    });
  },
);

const prodUrl = ({ routerPort }: TestPlatform, name: string): string =>
  `http://${name}.localhost:${routerPort}/`;
const previewUrl = ({ routerPort }: TestPlatform, name: string): string =>
  `http://${name}.preview.localhost:${routerPort}/`;

/** `steady` is there for its users: it is changed, never deleted. */
function chooseDeed(chance: Chance, alive: ReadonlySet<string>): Deed {
  return alive.size > 1
    ? chance.pick<Deed>(['create', 'push', 'push', 'promote', 'delete'])
    : chance.pick<Deed>(['create', 'create', 'push', 'promote']);
}

/** Asks again while the platform says that a retry helps, as every client does. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + settleMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof PltfError && error.kind.retryable && Date.now() < until;
      if (!again) throw error;
      await sleep(50);
    }
  }
}

async function create(platform: TestPlatform, name: string): Promise<OperationView> {
  const idempotencyKey = randomUUID();
  try {
    return await patiently(() =>
      platform.client.createComponent({ body: { name } }, { idempotencyKey }),
    );
  } catch (error) {
    if (!(error instanceof PltfError) || error.code !== 'answer-lost') throw error;
    const { operation } = await patiently(() =>
      platform.client.getComponent({ params: { component: name } }),
    );
    if (operation === undefined) throw error;
    return operation;
  }
}

async function finish(platform: TestPlatform, operation: OperationView): Promise<OperationView> {
  return eventually(
    () => patiently(() => platform.client.getOperation({ params: { id: operation.id } })),
    ({ finishedAt }) => finishedAt !== undefined,
    settleMs,
  );
}

async function carryOut(platform: TestPlatform, deed: Deed, name: string): Promise<string> {
  if (deed === 'create') return (await finish(platform, await create(platform, name))).state;
  if (deed === 'delete') return (await finish(platform, await remove(platform, name))).state;
  if (deed === 'promote') return promote(platform, name);
  return push(platform, name);
}

/** Its server may have been killed after the change and before the answer: then the operation is looked up. */
async function remove(platform: TestPlatform, name: string): Promise<OperationView> {
  const idempotencyKey = randomUUID();
  const input = { params: { component: name }, query: { confirm: name } };
  try {
    return await patiently(() => platform.client.deleteComponent(input, { idempotencyKey }));
  } catch (error) {
    if (!(error instanceof PltfError) || error.code !== 'answer-lost') throw error;
    const { items } = await patiently(() =>
      platform.client.listEvents({ query: { component: name, limit: 500 } }),
    );
    const started = items.find(({ type }) => type === 'component-deletion-started');
    return patiently(() =>
      platform.client.getOperation({ params: { id: started?.operation ?? '' } }),
    );
  }
}

async function promote(platform: TestPlatform, name: string): Promise<string> {
  const idempotencyKey = randomUUID();
  // Something has to serve in staging before it can be promoted.
  await eventually(
    () =>
      patiently(() => platform.client.getPlacement({ params: { placement: `${name}.staging` } })),
    ({ serving }) => serving !== undefined,
    settleMs,
  );
  const rollout = await patiently(() =>
    platform.client.promote({ params: { component: name }, body: {} }, { idempotencyKey }),
  ).catch(async (error: unknown) => {
    if (!(error instanceof PltfError) || error.code !== 'answer-lost') throw error;
    const { rollout: latest } = await patiently(() =>
      platform.client.getPlacement({ params: { placement: `${name}.prod` } }),
    );
    if (latest === undefined) throw error;
    return latest;
  });
  const ended = await eventually(
    () => patiently(() => platform.client.getRollout({ params: { id: rollout.id } })),
    ({ state }) => state !== 'running',
    settleMs,
  );
  return ended.state;
}

async function push(platform: TestPlatform, name: string): Promise<string> {
  const folder = join(platform.home, `${name}-${randomUUID().slice(0, 8)}`);
  const url = `${platform.url}/git/${name}.git`;
  await eventually(
    () => git(platform, platform.home, 'clone', '--quiet', url, folder),
    ({ code }) => code === 0,
    settleMs,
  );
  await appendFile(join(folder, 'README.md'), `\n${randomUUID()}\n`);
  await git(platform, folder, 'commit', '--quiet', '-am', 'Change a line');
  // A push that was cut off is pushed again, as a person would; if it had arrived, git says "up to date".
  await eventually(
    () => git(platform, folder, 'push', '--quiet', 'origin', 'main'),
    ({ code }) => code === 0,
    settleMs,
  );
  return 'pushed';
}

async function kill(platform: TestPlatform, victim: Victim): Promise<void> {
  if (victim === 'application') {
    const processes = await instanceProcesses(platform.data);
    const one = processes.at(-1);
    if (one !== undefined) process.kill(one.pid, 'SIGKILL');
    return;
  }
  const pid = await platform.pid(victim).catch(() => undefined);
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was being started again at this very moment.
  }
}

/** What must be true once everything has settled. */
async function invariants(
  platform: TestPlatform,
  alive: ReadonlySet<string>,
  label: string,
): Promise<void> {
  const { client } = platform;
  const components = await eventually(
    async () => {
      const { items } = await patiently(() => client.listComponents({ query: {} }));
      return Promise.all(
        items.map(({ name }) =>
          patiently(() => client.getComponent({ params: { component: name } })),
        ),
      );
    },
    (all) =>
      all.every(
        ({ state, runs, placements, repository }) =>
          state === 'ready' &&
          // Branches and runs are read one after the other: the newest commit's run may be a moment younger.
          runs.some(
            ({ commit }) =>
              commit === repository?.branches.find(({ name }) => name === 'main')?.commit,
          ) &&
          runs.every((run) => run.state !== 'queued' && run.state !== 'running') &&
          placements.every(
            ({ phase, rollout }) => phase === 'running' && rollout?.state !== 'running',
          ),
      ),
    settleMs,
  ).catch(async (error: unknown) => {
    const agent = await run('curl', [
      '-s',
      '--unix-socket',
      join(platform.data, 'agent', 'agent.sock'),
      'http://agent/v1/placements',
    ]);
    throw new Error(
      `${label}: does not settle: ${error instanceof Error ? error.message : ''}\nthe agent: ${agent.out}`,
    );
  });
  expect(components.map(({ name }) => name).toSorted(), label).toEqual([...alive].toSorted());
  expect(
    (await readdir(join(platform.data, 'repositories')))
      .filter((name) => name.endsWith('.git'))
      .toSorted(),
    label,
  ).toEqual([...alive].map((name) => `${name}.git`).toSorted());

  for (const { name, runs, releases, repository, placements } of components) {
    // Nothing twice: one run for each commit that was pushed, at most one release of a run.
    expect(
      new Set(runs.map(({ commit }) => commit)).size,
      `${label}: ${name}: a commit ran twice`,
    ).toBe(runs.length);
    const ofRuns = releases.flatMap(({ run }) => run ?? []);
    expect(new Set(ofRuns).size, `${label}: ${name}: a run made two releases`).toBe(ofRuns.length);
    // Nothing lost: the newest commit of main has run, and its release is what preview and staging serve.
    const main = repository?.branches.find((branch) => branch.name === 'main');
    const newest = runs.find(({ commit }) => commit === main?.commit);
    expect(newest?.state, `${label}: ${name}: the newest commit`).toBe('passed');
    const followers = placements.filter(({ environment }) => environment !== 'prod');
    expect(
      followers.map(({ serving }) => serving?.number),
      `${label}: ${name}: what serves`,
    ).toEqual(followers.map(() => newest?.release));
    // The router itself may be on its way back.
    await eventually(
      () => fetchUrl(previewUrl(platform, name)),
      ({ status }) => status === 200,
      settleMs,
    );
  }
  await sameProcesses(platform, alive, label);
  await eventsOnce(platform, label);
}

/** Exactly the instances that are wanted run: none is missing, none is left over. */
async function sameProcesses(
  platform: TestPlatform,
  alive: ReadonlySet<string>,
  label: string,
): Promise<void> {
  const look = async () => {
    const details = await Promise.all(
      [...alive].map((name) =>
        patiently(() => platform.client.getComponent({ params: { component: name } })),
      ),
    );
    const instances = details.flatMap(({ placements }) =>
      placements.flatMap((placement) => placement.instances),
    );
    const ailing = instances
      .filter(({ state }) => state !== 'healthy' && state !== 'warm')
      .map(({ id }) => id);
    const wanted = instances.map(({ id }) => id);
    const running = (await instanceProcesses(platform.data)).map(({ instance }) => instance);
    return { ailing, wanted: wanted.toSorted(), running: [...new Set(running)].toSorted() };
  };
  const same = ({ ailing, wanted, running }: Awaited<ReturnType<typeof look>>): boolean =>
    ailing.length === 0 && wanted.join() === running.join();
  await eventually(look, same, settleMs).catch((error: unknown) => {
    throw new Error(`${label}: processes: ${error instanceof Error ? error.message : ''}`);
  });
}

/** Each push was told once. */
async function eventsOnce({ client }: TestPlatform, label: string): Promise<void> {
  const { items } = await patiently(() => client.listEvents({ query: { limit: 500 } }));
  const pushes = items
    .filter(({ type }) => type === 'branch-pushed')
    .map(({ component, data }) => `${component ?? ''} ${String(data['after'])}`);
  expect(new Set(pushes).size, `${label}: a push was told twice`).toBe(pushes.length);
}
