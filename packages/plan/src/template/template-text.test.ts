import { describe, expect, it } from 'vitest';
import type { JsonObject } from './index.ts';
import { evaluated, keepIn, parameters, recorder, run } from './testing/scene.ts';

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
