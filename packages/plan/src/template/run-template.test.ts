import { describe, expect, it } from 'vitest';
import type { SideEffect } from './index.ts';
import { parameters, recorder, run, texts } from './testing/scene.ts';

describe('rules 9 and 10: steps and outputs', () => {
  it('reads the outputs of a step by dot and by bracket', async () => {
    const { action } = recorder({ x: 1 });

    const result = await run(
      [
        { id: 'a-b', action: 'p' },
        { id: 'ab', action: 'p' },
      ],
      {
        actions: { p: action },
        spec: { output: { dash: "${{ steps['a-b'].output.x }}", dot: '${{ steps.ab.output.x }}' } },
      },
    );

    expect(result.output).toEqual({ dash: 1, dot: 1 });
  });

  it('gives steps without id or name Backstage’s defaults', async () => {
    const result = await run([{ action: 'debug:log' }, { action: 'debug:log', name: 'Say' }]);

    expect(result.steps.map(({ id, name }) => [id, name])).toEqual([
      ['step-1', 'debug:log'],
      ['step-2', 'Say'],
    ]);
  });

  it('keeps links and texts whose if holds', async () => {
    const result = await run([{ id: 's', action: 'debug:log' }], {
      parameters,
      spec: {
        output: {
          links: [
            { title: 'always', url: 'https://a/${{ parameters.text }}' },
            { title: 'on', url: 'https://b', if: '${{ parameters.flag }}' },
            { title: 'off', url: 'https://c', if: '${{ parameters.off }}' },
            { title: 'missing', url: 'https://d', if: '${{ steps.nowhere.output.x }}' },
          ],
          text: [{ title: 't', content: '${{ parameters.count }} things', if: true }],
          remoteUrl: 'https://r/${{ parameters.text }}',
        },
      },
    });

    expect(result.output).toEqual({
      links: [
        { title: 'always', url: 'https://a/hello' },
        { title: 'on', url: 'https://b' },
      ],
      text: [{ title: 't', content: '3 things' }],
      remoteUrl: 'https://r/hello',
    });
  });
});

describe('rule 11: dry run', () => {
  it('masks secrets and skips what does not support it, with outputs made up from the schema', async () => {
    const publish = recorder({ url: 'real' });
    const supported = recorder({ ok: true });
    const outputSchema = {
      type: 'object',
      properties: {
        url: { type: 'string' },
        count: { type: 'number' },
        done: { type: 'boolean' },
        tags: { type: 'array', items: { type: 'string' } },
        named: { examples: ['main'] },
      },
    };

    const result = await run(
      [
        { id: 'publish', action: 'publish:x', input: { token: '${{ secrets.token }}' } },
        {
          id: 'safe',
          action: 'safe',
          input: { token: '${{ secrets.token }}', url: '${{ steps.publish.output.url }}' },
        },
      ],
      {
        dryRun: true,
        secrets: { token: 'hunter2' },
        actions: {
          'publish:x': { ...publish.action, outputSchema },
          safe: { ...supported.action, supportsDryRun: true },
        },
      },
    );

    expect(publish.requests).toEqual([]);
    expect(result.steps[0]).toMatchObject({
      state: 'skipped',
      inputs: [{ token: '***' }],
      output: { url: '<example>', count: 0, done: false, tags: ['<example>'], named: 'main' },
    });
    expect(supported.requests[0]).toMatchObject({
      dryRun: true,
      input: { token: '***', url: '<example>' },
      secrets: {},
    });
  });
});

describe('rule 12: checkpoints', () => {
  it('does the work of a checkpoint once, also when its value is falsy', async () => {
    const stored = new Map<string, { value: never }>();
    const checkpoints = {
      get: (key: string) => stored.get(key),
      put: (key: string, value: unknown) => void stored.set(key, { value: value as never }),
    };
    let worked = 0;
    const action: SideEffect = {
      run: async ({ checkpoint }) => ({
        value: await checkpoint('made', () => ((worked += 1), false)),
      }),
    };
    const again = () =>
      run([{ id: 'publish', action: 'p' }], { actions: { p: action }, checkpoints });

    await again();
    const second = await again();

    expect(worked).toBe(1);
    expect(second.steps[0]?.output).toEqual({ value: false });
    expect([...stored.keys()]).toEqual(['v1.task.checkpoint.publish.made']);
  });
});

describe('the example of the documentation', () => {
  it('fetches, publishes, registers and links', async () => {
    const actions = {
      'publish:github': recorder({
        remoteUrl: 'https://github.com/o/r',
        repoContentsUrl: 'https://github.com/o/r/blob/main',
      }).action,
      'catalog:register': recorder({ entityRef: 'component:default/r' }).action,
    };

    const result = await run(
      [
        {
          id: 'fetch-base',
          name: 'Fetch Base',
          action: 'fetch:template',
          input: { url: './template', values: { name: '${{ parameters.name }}' } },
        },
        {
          id: 'publish',
          name: 'Publish',
          action: 'publish:github',
          input: {
            allowedHosts: ['github.com'],
            description: 'This is ${{ parameters.name }}',
            repoUrl: '${{ parameters.repoUrl }}',
          },
        },
        {
          id: 'register',
          action: 'catalog:register',
          input: {
            repoContentsUrl: "${{ steps['publish'].output.repoContentsUrl }}",
            catalogInfoPath: '/catalog-info.yaml',
          },
        },
      ],
      {
        files: { 'path/template/README.md': '# ${{ values.name }}' },
        parameters: { name: 'r', repoUrl: 'github.com?owner=o&repo=r' },
        actions,
        spec: {
          output: {
            links: [
              { title: 'Repository', url: "${{ steps['publish'].output.remoteUrl }}" },
              { title: 'Catalog', entityRef: "${{ steps['register'].output.entityRef }}" },
            ],
          },
        },
      },
    );

    expect(texts(result)).toEqual({ 'README.md': '# r' });
    expect(result.steps[2]?.inputs).toEqual([
      {
        repoContentsUrl: 'https://github.com/o/r/blob/main',
        catalogInfoPath: '/catalog-info.yaml',
      },
    ]);
    expect(result.output).toEqual({
      links: [
        { title: 'Repository', url: 'https://github.com/o/r' },
        { title: 'Catalog', entityRef: 'component:default/r' },
      ],
    });
  });
});
