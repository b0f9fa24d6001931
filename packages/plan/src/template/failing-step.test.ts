import { PltfError } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import type { SideEffect } from './index.ts';
import { failure, parameters, recorder, run } from './testing/scene.ts';

describe('a failing step', () => {
  it('ends the run, names step and action, and tells the ones before it as done', async () => {
    const told: string[] = [];
    const { action, requests } = recorder();

    const error = await failure(
      run(
        [
          { id: 'a', action: 'p' },
          { id: 'b', action: 'boom' },
          { id: 'c', action: 'p' },
        ],
        {
          actions: {
            p: action,
            boom: {
              run: () => {
                throw new PltfError('name-taken', {
                  detail: 'users-api exists',
                  fix: 'Choose another.',
                });
              },
            },
          },
          onStep: ({ id, state }) => told.push(`${id} ${state}`),
        },
      ),
    );

    expect(error).toMatchObject({
      code: 'name-taken',
      detail: 'step `b` (boom): users-api exists',
      fix: 'Choose another.',
    });
    expect(requests).toHaveLength(1);
    expect(told).toEqual(['a started', 'a done', 'b started', 'b failed']);
  });

  it('names an unknown action, its step, the nearest and all that are supported', async () => {
    const error = await failure(
      run([{ id: 'pub', action: 'publish:githbu' }], {
        actions: { 'publish:github': recorder().action },
      }),
    );

    expect(error.detail).toBe(
      'step `pub` (publish:githbu): the action `publish:githbu` is not supported; did the author mean `publish:github`?',
    );
    expect(error.fix).toContain('fetch:template');
    expect(error.fix).toContain('publish:github');
  });

  it('wraps what an action throws, and keeps it as the cause', async () => {
    const cause = new Error('disk is on fire');

    const error = await failure(
      run([{ id: 'p', action: 'p' }], { actions: { p: { run: () => Promise.reject(cause) } } }),
    );

    expect(error).toMatchObject({
      code: 'creation-failed',
      detail: 'step `p` (p): disk is on fire',
      cause,
    });
  });

  it('stops between steps when it is cancelled', async () => {
    const { action, requests } = recorder();
    const controller = new AbortController();
    const first: SideEffect = {
      run: () => {
        controller.abort();
        return undefined;
      },
    };

    await expect(
      run(
        [
          { id: 'a', action: 'first' },
          { id: 'b', action: 'p' },
        ],
        { actions: { first, p: action }, signal: controller.signal },
      ),
    ).rejects.toThrow('step `b`');
    expect(requests).toEqual([]);
  });
});

describe('what an action of the caller is handed', () => {
  it('is a snapshot of the workspace, the input and the secrets', async () => {
    const { action, requests } = recorder();

    await run(
      [
        { id: 'fetch', action: 'fetch:plain', input: { url: './skeleton' } },
        { id: 'publish', action: 'publish:x', input: { name: '${{ parameters.text }}' } },
        { id: 'later', action: 'fs:delete', input: { files: ['a.txt'] } },
      ],
      {
        files: { 'path/skeleton/a.txt': 'A' },
        parameters,
        secrets: { token: 's' },
        actions: { 'publish:x': action },
      },
    );

    expect([...(requests[0]?.workspace.keys() ?? [])]).toEqual(['a.txt']);
    expect(requests[0]).toMatchObject({
      action: 'publish:x',
      key: 'publish',
      taskId: 'task-1',
      input: { name: 'hello' },
      secrets: { token: 's' },
      dryRun: false,
    });
  });
});
