import { randomUUID } from 'node:crypto';
import type { LogLine } from '@pltf/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { webProgram } from '../../packages/agent/src/testing/sample-programs.ts';
import { PlacementOnBed, type RuntimeBed } from './runtime-bed.ts';

const endlessScript = `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1000)`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What every runtime driver does alike, over whatever runs the instances. */
export function runtimeContract(
  backend: string,
  missing: string | undefined,
  open: () => Promise<RuntimeBed>,
): void {
  // Each test has a placement of its own. Pods are mostly waited for; processes keep both cores busy.
  const concurrent = backend === 'pods';
  const title = `a runtime of ${backend} (${missing ?? 'real'})`;
  describe.skipIf(missing !== undefined)(title, { concurrent }, () => {
    let bed: RuntimeBed;
    beforeAll(async () => {
      bed = await open();
    });
    afterAll(() => bed[Symbol.asyncDispose]());

    /** A placement that runs the first release in so many instances. */
    const running = async (
      name: string,
      program = webProgram('v1'),
      instances = 1,
      env: Readonly<Record<string, string>> = {},
    ) => {
      const placement = new PlacementOnBed(bed, name);
      const first = await placement.release(program);
      const observed = await placement.ended(
        placement.wanted({ release: first, instances, run: { env } }),
      );
      expect(observed.rollout?.reason).toBeUndefined();
      return { placement, first, observed };
    };
    /** Once the way to it is known: machines hear of a new address some seconds after its instances are well. */
    const reached = async (placement: string): Promise<void> => {
      const deadline = Date.now() + bed.patienceMs;
      for (;;) {
        const answer = await bed.visit(placement).catch((error: unknown) => ({ status: error }));
        if (answer.status === 200) return;
        if (Date.now() > deadline)
          throw new Error(`${placement} cannot be reached`, { cause: answer.status });
        await pause(200);
      }
    };
    const answersOf = async (placement: string, times = 12): Promise<ReadonlySet<string>> => {
      await reached(placement);
      const seen = new Set<string>();
      for (let turn = 0; turn < times; turn += 1) {
        const { status, text } = await bed.visit(placement);
        expect(status, text).toBe(200);
        seen.add(text);
      }
      return seen;
    };
    const collect = async (lines: AsyncIterable<LogLine>): Promise<readonly LogLine[]> => {
      const found: LogLine[] = [];
      for await (const line of lines) found.push(line);
      return found;
    };

    test('starts a release, says so, and serves it', async () => {
      const { placement, first, observed } = await running('starts', webProgram('v1'), 2);

      expect(observed).toMatchObject({
        ...{ id: placement.id, revision: 1, phase: 'running', leftovers: [] },
        serving: first,
        rollout: { revision: 1, step: 'done', to: first },
      });
      expect(observed.instances.map(({ state }) => state)).toEqual(['healthy', 'healthy']);
      const [answer = ''] = await answersOf(placement.id);
      expect(answer).toMatch(/^v1 /);
      const ids = observed.instances.map(({ id }) => id);
      expect(ids).toContain(answer.split(' ')[1]);
      await placement.dropped();
    });

    test('changes nothing when it is told the same again, or what is older', async () => {
      const { placement, first, observed } = await running('same');
      const wish = placement.wanted({ release: first });
      const before = await placement.ended(wish);

      const again = await bed.driver.apply(wish);

      expect(again.instances.map(({ id }) => id)).toEqual(before.instances.map(({ id }) => id));
      expect(again.instances.map(({ id }) => id)).toEqual(observed.instances.map(({ id }) => id));
      expect(again.rollout).toEqual(before.rollout);
      // Refused or answered with what is: what is older changes nothing.
      await bed.driver.apply(placement.wanted({ instances: 3 }, 1)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'conflict' });
      });
      expect((await bed.driver.apply(wish)).instances).toHaveLength(1);
      await placement.dropped();
    });

    test('rolls out the next release, and goes back to the one before', async () => {
      const { placement, first } = await running('next', webProgram('v1'), 2);
      const second = await placement.release(webProgram('v2'));

      const forth = await placement.ended(placement.wanted({ release: second }));
      const after = await answersOf(placement.id);
      const back = await placement.ended(placement.wanted({ release: first }));

      expect(forth).toMatchObject({ serving: second, rollout: { step: 'done', from: first } });
      expect([...after].every((answer) => answer.startsWith('v2 '))).toBe(true);
      expect(back).toMatchObject({ serving: first, rollout: { step: 'done', from: second } });
      const answers = await answersOf(placement.id);
      expect([...answers].every((answer) => answer.startsWith('v1 '))).toBe(true);
      await placement.dropped();
    });

    test('goes back by itself from a release that does not get well, with the reason and its last lines', async () => {
      const { placement, first, observed } = await running('bad');
      const broken = await placement.release(
        `console.error('no database at db:5432'); process.exit(3);`,
      );

      const result = await placement.ended(
        placement.wanted({ release: broken, run: { startTimeoutMs: 8000 } }),
      );

      expect(result).toMatchObject({
        serving: first,
        rollout: { step: 'rolled-back', to: broken, reason: { code: expect.any(String) } },
      });
      const { reason } = result.rollout ?? {};
      expect(reason?.detail).toMatch(/exit|3/);
      expect(reason?.fix).not.toBe('');
      expect(reason?.log.join('\n')).toContain('no database at db:5432');
      const ids = observed.instances.map(({ id }) => id);
      const healthy = result.instances.filter(({ state }) => state === 'healthy');
      expect(healthy.map(({ id }) => id)).toEqual(ids);
      expect([...(await answersOf(placement.id))][0]).toMatch(/^v1 /);
      await placement.dropped();
    });

    test('runs the release command once before traffic shifts, and stops where it fails', async () => {
      const { placement, first } = await running('migrates');
      const second = await placement.release(webProgram('v2'), {
        'migrate.js': `console.log('table is missing'); process.exit(1);`,
      });

      const result = await placement.ended(
        placement.wanted({ release: second, run: { releaseCommand: ['node', 'migrate.js'] } }),
      );

      expect(result).toMatchObject({ serving: first, rollout: { step: 'rolled-back' } });
      expect(result.rollout?.reason?.log.join('\n')).toContain('table is missing');
      const third = await placement.release(webProgram('v3'), {
        'migrate.js': `console.log('migrated');`,
      });
      const passed = await placement.ended(placement.wanted({ release: third }));
      expect(passed).toMatchObject({ serving: third, rollout: { step: 'done' } });
      await placement.dropped();
    });

    test('scales up and down, and the instances that stay are the same', async () => {
      const { placement, observed } = await running('scales');
      const [first = ''] = observed.instances.map(({ id }) => id);

      const more = await placement.ended(placement.wanted({ instances: 3 }));
      const less = await placement.ended(placement.wanted({ instances: 1 }));

      expect(more.instances.filter(({ state }) => state === 'healthy')).toHaveLength(3);
      expect(more.instances.map(({ id }) => id)).toContain(first);
      expect(less.instances.filter(({ state }) => state === 'healthy')).toHaveLength(1);
      await placement.dropped();
    });

    test('restarts all instances by a rollout of the same release', async () => {
      const { placement, first, observed } = await running('again', webProgram('v1'), 2);
      const before = await answersOf(placement.id);

      const restarted = await placement.ended(placement.wanted({ restarts: 1 }));

      expect(restarted).toMatchObject({ serving: first, rollout: { step: 'done' } });
      const after = await answersOf(placement.id);
      expect([...after].filter((answer) => before.has(answer))).toEqual([]);
      expect(restarted.instances.filter(({ state }) => state === 'healthy')).toHaveLength(
        observed.instances.length,
      );
      await placement.dropped();
    });

    test('stops without forgetting, and starts again', async () => {
      const { placement, first } = await running('rests');

      const stopped = await placement.until(
        placement.wanted({ state: 'stopped' }),
        ({ phase, instances }) => phase === 'stopped' && instances.length === 0,
      );
      const silent = await bed.visit(placement.id).catch(() => ({ status: 503 }));
      const started = await placement.ended(placement.wanted({ state: 'running' }));

      expect(stopped.phase).toBe('stopped');
      expect(silent.status).toBe(503);
      expect(started).toMatchObject({ phase: 'running', serving: first });
      expect([...(await answersOf(placement.id))][0]).toMatch(/^v1 /);
      await placement.dropped();
    });

    test('starts an instance again that has ended, counts it, and keeps what it had written', async () => {
      const dies = `
        if (require('node:fs').existsSync('/tmp/never')) process.exit(0);
        require('node:http').createServer((request, response) => {
          if (request.url === '/die') { console.error('this is the end'); process.exit(9); }
          response.end('v1 ' + process.env.PLTF_INSTANCE + ' ' + process.pid);
        }).listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening v1'));`;
      const { placement } = await running('ends', dies);
      const wish = placement.wanted();
      await placement.ended(wish);
      await reached(placement.id);

      await bed.visit(placement.id, '/die').catch(() => undefined);
      const observed = await placement.until(
        wish,
        ({ instances }) =>
          instances.some(({ restarts }) => restarts > 0) &&
          instances.every(({ state }) => state === 'healthy'),
      );

      expect(observed.instances[0]?.lastExit).toMatch(/exit 9/);
      const query = { tail: 100, follow: false };
      const lines = await collect(
        bed.driver.logs(placement.id, query, AbortSignal.timeout(10_000)),
      );
      const texts = lines.map(({ text }) => text);
      expect(texts.filter((text) => text === 'listening v1')).toHaveLength(2);
      expect(texts.indexOf('this is the end')).toBeGreaterThan(texts.indexOf('listening v1'));
      await placement.dropped();
    });

    test('merges the log lines of all instances, also those that are still to come', async () => {
      const talks = webProgram('v1', `setInterval(() => console.log('tick'), 200);`);
      const { placement, observed } = await running('talks', talks, 2);
      const until = new AbortController();
      const seen = new Map<string, number>();

      const reading = (async () => {
        const query = { tail: 0, follow: true };
        for await (const { instance, text } of bed.driver.logs(placement.id, query, until.signal)) {
          if (text !== 'tick') continue;
          seen.set(instance, (seen.get(instance) ?? 0) + 1);
          if (seen.size === 2 && [...seen.values()].every((count) => count >= 3)) return;
        }
      })();
      await Promise.race([reading, pause(15_000)]);
      until.abort();

      const ids = observed.instances.map(({ id }) => id);
      expect([...seen.keys()].toSorted()).toEqual(ids.toSorted());
      await placement.dropped();
    });

    test('gives a program its settings as they are written, with their places filled', async () => {
      const says = `console.log(JSON.stringify([process.env.PRICE, process.env.OFFER]));`;
      const env = { COLOUR: 'green', PRICE: '$5 $$ $(COLOUR) ${environment.COLOUR}' };
      const { placement } = await running('settings', webProgram('v1', says), 1, env);

      const query = { tail: 100, follow: false };
      const signal = AbortSignal.timeout(10_000);
      const lines = await collect(bed.driver.logs(placement.id, query, signal));

      const texts = lines.map(({ text }) => text);
      expect(texts).toContain(JSON.stringify([env.PRICE, '$5 for green $(COLOUR)']));
      await placement.dropped();
    });

    test('runs a task once, with its output and its exit code; and ends one that is cancelled', async () => {
      // A task has the settings of its placement.
      const env = { COLOUR: 'green' };
      const { placement, first } = await running('works', webProgram('v1'), 1, env);
      const task = (script: string) => ({
        ...{ owner: placement.wanted().desired.owner, in: { release: first.digest } },
        ...{ run: { command: ['node', '-e', script] }, env, files: [] },
        ...{ timeoutMs: 60_000, memoryMiB: 128, placement: placement.id },
        ...(bed.isolation === undefined ? {} : { isolation: bed.isolation }),
      });
      const once = `task-${randomUUID().slice(0, 8)}`;
      const endless = `task-${randomUUID().slice(0, 8)}`;
      const says = task(`console.log('painted', process.env.COLOUR); process.exit(4)`);

      await bed.driver.startTask(once, says);
      const ended = await bed.driver.awaitTask(once, AbortSignal.timeout(bed.patienceMs));
      await bed.driver.startTask(once, says);
      const attached = await bed.driver.awaitTask(once, AbortSignal.timeout(bed.patienceMs));
      const log = await collect(bed.driver.taskLog(once, true, AbortSignal.timeout(20_000)));
      await bed.driver.startTask(endless, task(endlessScript));
      await pause(1000);
      await bed.driver.cancelTask(endless);
      const cancelled = await bed.driver.awaitTask(endless, AbortSignal.timeout(bed.patienceMs));

      expect(ended).toMatchObject({ id: once, state: 'finished', exitCode: 4 });
      expect(attached).toMatchObject({ state: 'finished', exitCode: 4 });
      expect(log.map(({ text }) => text)).toEqual(['painted green']);
      expect(cancelled).toMatchObject({ state: 'finished', ended: 'cancelled' });
      await placement.dropped();
    });

    test('removes all it made, and says so again when it is asked again', async () => {
      const { placement } = await running('goes', webProgram('v1'), 2);
      expect(await bed.left(placement.id)).not.toEqual([]);

      await placement.removed();

      expect(await bed.left(placement.id)).toEqual([]);
      expect(await bed.driver.remove(placement.id)).toBe(true);
      await expect(bed.driver.observe(placement.id)).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}
