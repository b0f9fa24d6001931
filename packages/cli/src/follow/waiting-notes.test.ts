import { expect, test } from 'vitest';
import { placement } from '../testing/scenario.ts';
import { tellWaiting } from './waiting-notes.ts';

test('what a placement waits for is told once, and not again because it is older', async () => {
  const notes = [
    'committed 1 s ago; the agent has not come to it yet',
    'committed 5 min ago; the agent has not come to it yet',
    'committed 5 min ago; it could not be applied: quota exceeded',
  ];
  let looks = 0;
  const said: string[] = [];
  const client = {
    getPlacement: () => {
      const because = notes[looks] ?? notes[2] ?? '';
      looks += 1;
      return Promise.resolve({
        ...placement('users-api', 'prod'),
        notes: [{ what: 'commit', because }],
      });
    },
  };

  const telling = tellWaiting(client, 'users-api.prod', (line) => said.push(line), 5);
  while (looks < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  telling[Symbol.dispose]();

  expect(said).toEqual([
    'users-api.prod: commit: committed 1 s ago; the agent has not come to it yet',
    'users-api.prod: commit: committed 5 min ago; it could not be applied: quota exceeded',
  ]);
});
