import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { within } from './within.ts';

/** Node.js tells it only who asks for it at its start. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('a signal that ends within a time', () => {
  it('ends also when garbage was collected meanwhile', async () => {
    const collectGarbage = collector();
    const forever = new AbortController();
    const ended = new Promise((resolve) => {
      within(150, forever.signal).addEventListener('abort', () => resolve('ended'));
    });
    for (let round = 0; round < 4; round += 1) {
      await sleep(20);
      collectGarbage();
    }

    const late = sleep(5_000, 'never', { ref: false });

    expect(await Promise.race([ended, late])).toBe('ended');
  });

  it('ends as the other signal does, with its reason', () => {
    const other = new AbortController();
    const signal = within(60_000, other.signal);
    const why = new Error('enough');

    other.abort(why);

    expect(signal.reason).toBe(why);
    expect(within(60_000, other.signal).reason).toBe(why);
  });

  it('says that the time is over', async () => {
    const signal = within(1);

    await sleep(20);

    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });
});
