import { PltfError } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type FileMap,
  type JsonObject,
  parseTemplate,
  runTemplate,
  type SideEffect,
  type SideEffectRequest,
  type TemplateResult,
  type TemplateRun,
  textFile,
  textOfFile,
} from './index.ts';

interface Scene extends Partial<Omit<TemplateRun, 'template' | 'files'>> {
  readonly files?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
}

const template = (steps: unknown, spec: JsonObject = {}) =>
  parseTemplate(
    stringify({
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: { name: 'example' },
      spec: { type: 'service', ...spec, steps },
    }),
  );

const mapOf = (files: Readonly<Record<string, string>>): FileMap =>
  new Map(Object.entries(files).map(([path, text]) => [path, textFile(text)]));

const run = async (steps: unknown, scene: Scene = {}): Promise<TemplateResult> => {
  const { files = {}, spec = {}, ...rest } = scene;
  return runTemplate({
    template: template(steps, {
      parameters: { properties: {}, additionalProperties: true },
      ...spec,
    }),
    files: mapOf(files),
    folder: 'path',
    parameters: {},
    taskId: 'task-1',
    now: () => performance.now(),
    ...rest,
  });
};

const keepIn = (seen: unknown[], value: unknown): undefined => {
  seen.push(value);
};

/** Evaluates one input by handing it to a step that keeps it. */
const evaluated = async (input: unknown, scene: Scene = {}): Promise<unknown> => {
  const seen: JsonObject[] = [];
  await run([{ id: 'keep', action: 'keep', input: { value: input } }], {
    ...scene,
    actions: { keep: { run: ({ input: given }) => keepIn(seen, given) } },
  });
  return seen[0]?.['value'];
};

const texts = ({ workspace }: TemplateResult): Record<string, string | undefined> =>
  Object.fromEntries([...workspace].map(([path, file]) => [path, textOfFile(file)]));

const failure = async (work: Promise<unknown>): Promise<PltfError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PltfError)) throw new Error(`no PltfError: ${String(error)}`);
  return error;
};

const recorder = (outputs: JsonObject = {}) => {
  const requests: SideEffectRequest[] = [];
  const action: SideEffect = {
    run: (request) => {
      requests.push(request);
      return outputs;
    },
  };
  return { requests, action };
};

const parameters = {
  flag: true,
  off: false,
  count: 3,
  list: ['a', 'b'],
  object: { x: { y: 1 } },
  text: 'hello',
  number: '8080',
  empty: '',
};

describe('rule 1: what expressions can see', () => {
  it('shows parameters, step outputs, user, environment parameters and the task', async () => {
    const { action } = recorder({ url: 'https://there' });

    const result = await run(
      [
        { id: 'make-it', action: 'publish:x' },
        {
          id: 'see',
          action: 'publish:x',
          input: {
            parameter: '${{ parameters.text }}',
            output: "${{ steps['make-it'].output.url }}",
            user: '${{ user.ref }} ${{ user.entity.metadata.name }}',
            environment: '${{ environment.parameters.region }}',
            task: '${{ context.task.id }}',
          },
        },
      ],
      {
        parameters,
        actions: { 'publish:x': action },
        user: { ref: 'user:default/ada', entity: { metadata: { name: 'ada' } } },
        environment: { parameters: { region: 'eu' } },
      },
    );

    expect(result.steps[1]?.inputs).toEqual([
      {
        parameter: 'hello',
        output: 'https://there',
        user: 'user:default/ada ada',
        environment: 'eu',
        task: 'task-1',
      },
    ]);
  });

  it('shows secrets to inputs, to each and to the if of a turn, and nowhere else', async () => {
    const { action, requests } = recorder({ kept: 'yes' });
    const secrets = { token: 'hunter2-token' };
    const environment = { secrets: { shared: 'env-secret' } };

    const result = await run(
      [
        {
          id: 'input',
          action: 'x',
          input: { token: '${{ secrets.token }}', shared: '${{ environment.secrets.shared }}' },
        },
        { id: 'plain-if', action: 'x', if: '${{ secrets.token }}' },
        {
          id: 'turns',
          action: 'x',
          each: ['${{ secrets.token }}'],
          if: '${{ secrets.token }}',
          input: { value: '${{ each.value }}' },
        },
      ],
      {
        secrets,
        environment,
        actions: { x: action },
        spec: { output: { leaked: '[${{ secrets.token }}${{ environment.secrets.shared }}]' } },
      },
    );

    expect(requests.map(({ input }) => input)).toEqual([
      { token: 'hunter2-token', shared: 'env-secret' },
      { value: 'hunter2-token' },
    ]);
    expect(result.steps.map(({ state }) => state)).toEqual(['done', 'skipped', 'done']);
    expect(result.output).toEqual({ leaked: '[]' });
  });

  it('shows masks instead of secrets in what it reports and logs', async () => {
    const result = await run(
      [{ id: 'log', action: 'debug:log', input: { message: 'with ${{ secrets.token }}' } }],
      { secrets: { token: 'hunter2-token' } },
    );

    expect(result.steps[0]?.inputs).toEqual([{ message: 'with ***' }]);
    expect(JSON.stringify(result.log)).toContain('with ***');
    expect(JSON.stringify([result.log, result.steps])).not.toContain('hunter2');
  });
});

describe('rules 2 to 5: how text is rendered', () => {
  it.each([
    ['${{ parameters.flag }}', true],
    ['${{ parameters.off }}', false],
    ['${{ parameters.count }}', 3],
    ['${{ parameters.list }}', ['a', 'b']],
    ['${{ parameters.object }}', { x: { y: 1 } }],
    ['${{ parameters.number }}', '8080'],
    ['${{ parameters.count + 1 }}', 4],
    ['${{ parameters.text === "hello" }}', true],
    ['${{ "yes" if parameters.flag else "no" }}', 'yes'],
    ['${{\n  parameters.count\n}}', 3],
    ['${{ parameters.list | length }}', 2],
  ])('keeps the type of the single expression %s', async (expression, value) => {
    expect(await evaluated(expression, { parameters })).toEqual(value);
  });

  it.each([
    ['n${{ parameters.count }}', 'n3'],
    ['${{ parameters.count }}${{ parameters.count }}', '33'],
    ['${{ parameters.flag }} ', 'true '],
    ['<${{ parameters.html }}>', '<<b>&"\'>'],
    ['{% if parameters.flag %}on{% else %}off{% endif %}', 'on'],
    ['{{ parameters.text }}', '{{ parameters.text }}'],
    ['{# gone #}kept', 'kept'],
  ])('makes text of %s without escaping', async (expression, value) => {
    const html = '<b>&"\'';
    expect(await evaluated(expression, { parameters: { ...parameters, html } })).toBe(value);
  });

  it('leaves a key out whose text is empty, at any depth', async () => {
    const value = await evaluated(
      {
        gone: '${{ parameters.missing }}',
        alsoGone: '',
        together: '${{ parameters.empty }}${{ parameters.missing }}',
        kept: { inner: '${{ parameters.missing }}' },
        list: ['${{ parameters.missing }}', 'b'],
        typed: '${{ parameters.empty }}',
      },
      { parameters },
    );

    expect(value).toEqual({ kept: {}, list: [null, 'b'], typed: '' });
  });

  it('renders user text once: what looks like a template in it stays text', async () => {
    const hostile = '${{ secrets.token }}{% if true %}x{% endif %}';

    expect(
      await evaluated('${{ parameters.text }}', {
        parameters: { text: hostile },
        secrets: { token: 's3cret' },
      }),
    ).toBe(hostile);
    expect(await evaluated('a ${{ parameters.text }}', { parameters: { text: hostile } })).toBe(
      `a ${hostile}`,
    );
  });

  it('leaves text that cannot be parsed or rendered as it was written, and says so in the log', async () => {
    const seen: unknown[] = [];

    const result = await run(
      [
        {
          id: 'bad',
          action: 'keep',
          input: {
            a: '${{ invalid...syntax }}',
            b: '${{ parameters.nothing() }}',
            c: '${{ 1 | nofilter }}',
          },
        },
      ],
      { actions: { keep: { run: ({ input }) => keepIn(seen, input) } } },
    );

    expect(seen).toEqual([
      { a: '${{ invalid...syntax }}', b: '${{ parameters.nothing() }}', c: '${{ 1 | nofilter }}' },
    ]);
    expect(result.log.filter(({ level }) => level === 'warn').map(({ step }) => step)).toContain(
      'bad',
    );
    expect(result.log.some(({ message }) => message.includes('nofilter'))).toBe(true);
  });

  it('looks through members that are not there without failing', async () => {
    expect(await evaluated({ v: '[${{ parameters.a.b.c }}]' })).toEqual({ v: '[]' });
  });
});

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

describe('the filters of Backstage', () => {
  const value = (expression: string, input: JsonObject = {}) =>
    evaluated(`\${{ ${expression} }}`, { parameters: { ...parameters, ...input } });

  it('parses repository addresses', async () => {
    expect(
      await value('parameters.url | parseRepoUrl', { url: 'github.com?repo=backstage&owner=acme' }),
    ).toEqual({ host: 'github.com', owner: 'acme', repo: 'backstage' });
    expect(
      await value('parameters.url | projectSlug', { url: 'github.com?repo=backstage&owner=acme' }),
    ).toBe('acme/backstage');
    expect(
      await value('(parameters.url | parseRepoUrl).project', {
        url: 'dev.azure.com?organization=o&project=p&repo=r',
      }),
    ).toBe('p');
    expect(
      await value('parameters.url | parseRepoUrl | pick("repo")', {
        url: 'gitlab.com?owner=g/sub&repo=r',
      }),
    ).toBe('r');
  });

  it('leaves an address without owner unparsed', async () => {
    expect(await value('parameters.url | parseRepoUrl', { url: 'github.com?repo=r' })).toBe(
      '${{ parameters.url | parseRepoUrl }}',
    );
  });

  it('parses entity references', async () => {
    expect(await value('parameters.ref | parseEntityRef', { ref: 'group:techdocs' })).toEqual({
      kind: 'group',
      namespace: 'default',
      name: 'techdocs',
    });
    expect(
      await value(
        'parameters.ref | parseEntityRef({defaultKind: "group", defaultNamespace: "other"})',
        { ref: 'techdocs' },
      ),
    ).toEqual({ kind: 'group', namespace: 'other', name: 'techdocs' });
    expect(
      await value('parameters.ref | parseEntityRef | pick("name")', { ref: 'Group:ns/Tech' }),
    ).toBe('Tech');
    expect(await value('parameters.ref | parseEntityRef', { ref: 'techdocs' })).toBe(
      '${{ parameters.ref | parseEntityRef }}',
    );
  });

  it('has those of Nunjucks', async () => {
    expect(await value('parameters.text | capitalize | replace("H", "J")')).toBe('Jello');
    expect(await value('parameters.object | dump')).toBe('{"x":{"y":1}}');
    expect(await value('parameters.text | escape')).toBe('hello');
    expect(await value('parameters.list | join("-")')).toBe('a-b');
  });

  it('draws the same random item for the same task', async () => {
    const list = Array.from({ length: 50 }, (_, index) => index);
    const draw = (taskId: string) =>
      evaluated('${{ parameters.list | random }}', { parameters: { list }, taskId });

    expect(await draw('one')).toBe(await draw('one'));
    expect(
      new Set(await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(draw))).size,
    ).toBeGreaterThan(1);
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
