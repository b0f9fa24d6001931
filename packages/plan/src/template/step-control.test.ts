import { describe, expect, it } from 'vitest';
import { failure, parameters, recorder, run } from './testing/scene.ts';

describe('rule 6: if', () => {
  const runsWith = async (condition: unknown): Promise<string | undefined> => {
    const result = await run([{ id: 's', action: 'debug:log', if: condition }], {
      parameters: { ...parameters, zero: 0, nil: null, nothing: [] },
    });
    return result.steps[0]?.state;
  };

  it.each([
    false,
    '${{ parameters.off }}',
    '${{ parameters.undefined }}',
    '${{ parameters.nil }}',
    '${{ parameters.empty }}',
    '${{ parameters.zero }}',
    '${{ parameters.nothing }}',
    '',
  ])('skips the step when it is %j', async (condition) => {
    expect(await runsWith(condition)).toBe('skipped');
  });

  it.each([
    true,
    '${{ parameters.flag }}',
    '${{ parameters.list }}',
    '${{ parameters.object }}',
    'false',
    '${{ parameters.count > 2 }}',
  ])('runs the step when it is %j', async (condition) => {
    expect(await runsWith(condition)).toBe('done');
  });

  it('skips a step before it asks whether its action is known', async () => {
    const result = await run([{ id: 's', action: 'publish:unknown', if: false }]);

    expect(result.steps[0]).toMatchObject({ state: 'skipped', reason: 'its `if` is false' });
  });
});

describe('rule 7: each', () => {
  it('runs a turn for every item of a list, and outputs become lists', async () => {
    let turn = 0;
    const result = await run(
      [
        {
          id: 'many',
          action: 'x',
          each: '${{ parameters.list }}',
          input: { text: '${{ each.key }}=${{ each.value }}' },
        },
        { id: 'after', action: 'keep', input: { all: '${{ steps.many.output.turn }}' } },
      ],
      {
        parameters,
        actions: { x: { run: () => ({ turn: (turn += 1) }) }, keep: { run: () => ({}) } },
      },
    );

    expect(result.steps[0]?.inputs).toEqual([{ text: '0=a' }, { text: '1=b' }]);
    expect(result.steps[0]?.output).toEqual({ turn: [1, 2] });
    expect(result.steps[1]?.inputs).toEqual([{ all: [1, 2] }]);
  });

  it('takes an object by its entries and keeps the types of its values', async () => {
    const { action, requests } = recorder();

    await run(
      [
        {
          id: 'o',
          action: 'x',
          each: { one: 1, two: '${{ parameters.count }}' },
          input: { k: '${{ each.key }}', v: '${{ each.value }}' },
        },
      ],
      {
        parameters,
        actions: { x: action },
      },
    );

    expect(requests.map(({ input, key }) => [key, input])).toEqual([
      ['o[one]', { k: 'one', v: 1 }],
      ['o[two]', { k: 'two', v: 3 }],
    ]);
  });

  it('asks if for each turn', async () => {
    const { action, requests } = recorder();

    await run(
      [
        {
          id: 'o',
          action: 'x',
          each: [1, 2, 3],
          if: '${{ each.value != 2 }}',
          input: { v: '${{ each.value }}' },
        },
      ],
      { actions: { x: action } },
    );

    expect(requests.map(({ input }) => input)).toEqual([{ v: 1 }, { v: 3 }]);
  });

  it('runs no turn for an empty list, and fails when each gives nothing', async () => {
    const { action, requests } = recorder();
    const empty = await run([{ id: 'o', action: 'x', each: [] }], { actions: { x: action } });
    const error = await failure(
      run([{ id: 'o', action: 'x', each: '${{ parameters.missing }}' }], {
        actions: { x: action },
      }),
    );

    expect(empty.steps[0]).toMatchObject({ state: 'done', output: {} });
    expect(requests).toEqual([]);
    expect(error.detail).toContain('step `o` (x): `each` must give a list or an object');
  });
});

describe('rule 8: inputs are checked before the first turn', () => {
  const schema = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

  it('refuses all turns when one is invalid, naming it', async () => {
    const { action, requests } = recorder();

    const error = await failure(
      run([{ id: 's', action: 'x', each: [1, 'two'], input: { n: '${{ each.value }}' } }], {
        actions: { x: { ...action, inputSchema: schema } },
      }),
    );

    expect(error.code).toBe('template-invalid');
    expect(error.detail).toContain('x[1]/n must be number');
    expect(requests).toEqual([]);
  });

  it('does not check turns that will not run, and accepts unknown keys', async () => {
    const { action, requests } = recorder();

    await run(
      [
        {
          id: 's',
          action: 'x',
          each: [1, 'two'],
          if: '${{ each.value == 1 }}',
          input: { n: '${{ each.value }}', allowedHosts: ['github.com'] },
        },
      ],
      {
        actions: { x: { ...action, inputSchema: schema } },
      },
    );

    expect(requests).toHaveLength(1);
  });

  it('checks the inputs of its own actions too', async () => {
    const error = await failure(
      run([{ id: 's', action: 'fetch:template', input: { url: ['no'] } }]),
    );

    expect(error.detail).toContain('fetch:template/url must be string');
  });
});
