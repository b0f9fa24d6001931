import { PltfError } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type FileMap,
  type JsonObject,
  parseTemplate,
  runTemplate,
  type TemplateFile,
  type TemplateResult,
  textFile,
  textOfFile,
} from '../index.ts';

type Source = string | TemplateFile;

const binary: TemplateFile = {
  bytes: Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]),
  mode: 0o644,
};

const mapOf = (files: Readonly<Record<string, Source>>): FileMap =>
  new Map(
    Object.entries(files).map(([path, source]) => [
      path,
      typeof source === 'string' ? textFile(source) : source,
    ]),
  );

const run = (
  files: Readonly<Record<string, Source>>,
  steps: readonly JsonObject[],
  scene: { readonly folder?: string } = {},
): Promise<TemplateResult> =>
  runTemplate({
    template: parseTemplate(
      stringify({
        apiVersion: 'scaffolder.backstage.io/v1beta3',
        kind: 'Template',
        metadata: { name: 'example' },
        spec: { type: 'service', steps },
      }),
    ),
    files: mapOf(files),
    folder: scene.folder ?? 'path',
    parameters: {},
    taskId: 'task-1',
    now: () => performance.now(),
    templateRef: 'template:default/example',
  });

const texts = ({ workspace }: TemplateResult): Record<string, string | undefined> =>
  Object.fromEntries([...workspace].map(([path, file]) => [path, textOfFile(file)]));

/** The texts that `fetch:template` makes of a skeleton. */
const fetched = async (
  skeleton: Readonly<Record<string, Source>>,
  input: JsonObject = {},
  before: readonly JsonObject[] = [],
): Promise<Record<string, string | undefined>> => {
  const files = Object.fromEntries(
    Object.entries(skeleton).map(([path, file]) => [`path/skeleton/${path}`, file]),
  );
  return texts(
    await run(files, [
      ...before,
      { id: 'fetch', action: 'fetch:template', input: { url: './skeleton', ...input } },
    ]),
  );
};

const failure = async (work: Promise<unknown>): Promise<PltfError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PltfError)) throw new Error(`no PltfError: ${String(error)}`);
  return error;
};

describe('fetch:template', () => {
  const values = { name: 'test-project', count: 1234, itemList: ['first', 'second'] };

  it('renders contents and paths, dotfiles included, from the root `values`', async () => {
    const result = await fetched(
      {
        'static.txt': 'static content',
        '${{ values.name }}.txt': 'static',
        'sub/${{ values.count }}/a.txt':
          '${{ values.name }}: ${{ values.count }} ${{ values.missing }}|',
        '.${{ values.name }}': '${{ values.itemList | dump }}',
      },
      { values },
    );

    expect(result).toEqual({
      'static.txt': 'static content',
      'test-project.txt': 'static',
      'sub/1234/a.txt': 'test-project: 1234 |',
      '.test-project': '["first","second"]',
    });
  });

  it.each([
    ['{% if values.on %}a.txt{% endif %}', 'an empty path'],
    ['{% if values.on %}.github{% endif %}/workflows/ci.yml', 'a path that starts with /'],
    ['docs/{% if values.on %}more{% endif %}/a.md', 'a path with //'],
    ["docs/${{ 'a.md' if values.on else '' }}", 'a folder without a file name'],
  ])('leaves out %s: %s', async (path) => {
    expect(
      Object.keys(await fetched({ [path]: 'x', 'kept.txt': '' }, { values: { on: false } })),
    ).toEqual(['kept.txt']);
    expect(
      Object.keys(await fetched({ [path]: 'x', 'kept.txt': '' }, { values: { on: true } })),
    ).toHaveLength(2);
  });

  it('keeps existing files, and replaces them only when told', async () => {
    const before = [{ id: 'first', action: 'fetch:template', input: { url: './old' } }];
    const files = { 'path/old/a.txt': 'old', 'path/skeleton/a.txt': 'new' };
    const second = (input: JsonObject) => ({
      id: 'second',
      action: 'fetch:template',
      input: { url: './skeleton', ...input },
    });

    expect(texts(await run(files, [...before, second({})]))).toEqual({ 'a.txt': 'old' });
    expect(texts(await run(files, [...before, second({ replace: true })]))).toEqual({
      'a.txt': 'new',
    });
  });

  it('copies the contents of copyWithoutTemplating as they are, and renders their paths', async () => {
    const result = await fetched(
      {
        'raw/${{ values.name }}.txt': '${{ values.name }}',
        'deep/x/y.tpl': '{% if %}',
        '.hidden': '${{ values.name }}',
        'not.txt': '${{ values.name }}',
        'raw/taken-out.txt': '${{ values.name }}',
      },
      { values, copyWithoutTemplating: ['raw', '**/*.tpl', '.hid*', '!raw/taken-out.txt'] },
    );

    expect(result).toEqual({
      'raw/test-project.txt': '${{ values.name }}',
      'deep/x/y.tpl': '{% if %}',
      '.hidden': '${{ values.name }}',
      'not.txt': 'test-project',
      'raw/taken-out.txt': 'test-project',
    });
  });

  it('copies with copyWithoutRender neither contents nor paths rendered', async () => {
    const result = await fetched(
      {
        '.unprocessed/${{ values.name }}.txt': '${{ values.count }}',
        'processed/${{ values.name }}.txt': '${{ values.count }}',
      },
      { values, copyWithoutRender: ['.unprocessed'] },
    );

    expect(result).toEqual({
      '.unprocessed/${{ values.name }}.txt': '${{ values.count }}',
      'processed/test-project.txt': '1234',
    });
  });

  it.each([
    [true, '.njk'],
    ['.jinja2', '.jinja2'],
    ['jinja2', '.jinja2'],
  ])(
    'renders with templateFileExtension %j only files that end with %s',
    async (templateFileExtension, ending) => {
      const result = await fetched(
        {
          [`sub/a.txt${ending}`]: '${{ values.name }}',
          [`.\${{ values.name }}${ending}`]: '${{ values.count }}',
          '${{ values.name }}.other': '${{ values.name }}',
          [ending]: '${{ values.name }}',
        },
        { values, templateFileExtension },
      );

      expect(result).toEqual({
        'sub/a.txt': 'test-project',
        '.test-project': '1234',
        'test-project.other': '${{ values.name }}',
        [ending]: '${{ values.name }}',
      });
    },
  );

  it('renders cookiecutter templates: their tags, their root, Python’s names and methods, jsonify', async () => {
    const result = await fetched(
      {
        '{{ cookiecutter.name }}.json': '{{ cookiecutter.itemList | jsonify }}',
        'a.txt':
          '{% if True and not None %}{{ cookiecutter.itemList[1:] }} ${{ values.name }}{% endif %}',
        'b.txt':
          '{% for k, v in cookiecutter.map.items() %}{{ k }}={{ v }};{% endfor %}{{ cookiecutter.map.get("z", "no") }}',
      },
      { values: { ...values, map: { x: 1, y: 2 } }, cookiecutterCompat: true },
    );

    expect(result).toEqual({
      'test-project.json': '["first","second"]',
      'a.txt': 'second $',
      'b.txt': 'x=1;y=2;no',
    });
  });

  it('leaves ordinary templates as they were after a cookiecutter one', async () => {
    await fetched({ 'a.txt': '{{ 1 | jsonify }}' }, { cookiecutterCompat: true });

    const error = await failure(fetched({ 'a.txt': '${{ 1 | jsonify }}' }));
    const python = await fetched({ 'a.txt': '${{ True }}' });

    expect(error.detail).toContain('filter not found: jsonify');
    expect(python).toEqual({ 'a.txt': '' });
  });

  it('trims blocks when told', async () => {
    const text = 'a\n  {% if true %}\nb\n  {% endif %}\nc\n';

    expect(await fetched({ 'a.txt': text })).toEqual({ 'a.txt': 'a\n  \nb\n  \nc\n' });
    expect(await fetched({ 'a.txt': text }, { trimBlocks: true, lstripBlocks: true })).toEqual({
      'a.txt': 'a\nb\nc\n',
    });
  });

  it('copies binary files and links, and keeps the mode of all', async () => {
    const link: TemplateFile = {
      bytes: new TextEncoder().encode('../a.sh'),
      mode: 0o777,
      link: true,
    };
    const result = await run(
      {
        'path/skeleton/a.sh': textFile('${{ 1 + 1 }}', 0o755),
        'path/skeleton/logo.png': binary,
        'path/skeleton/bin/run': link,
      },
      [{ id: 'f', action: 'fetch:template', input: { url: './skeleton' } }],
    );

    expect(result.workspace.get('a.sh')).toEqual(textFile('2', 0o755));
    expect(result.workspace.get('logo.png')).toEqual(binary);
    expect(result.workspace.get('bin/run')).toEqual(link);
  });

  it('writes below targetPath', async () => {
    expect(await fetched({ 'a.txt': 'x' }, { targetPath: './deep/er' })).toEqual({
      'deep/er/a.txt': 'x',
    });
  });

  it.each([
    [
      { copyWithoutRender: ['a'], copyWithoutTemplating: ['b'] },
      'copyWithoutRender and copyWithoutTemplating',
    ],
    [{ templateFileExtension: true, copyWithoutTemplating: ['b'] }, 'templateFileExtension'],
    [{ templateFileExtension: true, cookiecutterCompat: true }, 'templateFileExtension'],
  ])('refuses %j together', async (input, name) => {
    expect((await failure(fetched({ 'a.txt': '' }, input))).detail).toContain(name);
  });

  it('names file, line and column of an error in a template', async () => {
    const error = await failure(fetched({ 'docs/a.md': 'one\ntwo ${{ values.x | }}\n' }));

    expect(error.code).toBe('template-invalid');
    expect(error.detail).toContain('step `fetch` (fetch:template): docs/a.md:2:');
  });
});

describe('where files come from', () => {
  const files = {
    'node/skeleton/a.txt': 'own',
    'shared/docs/index.md': 'shared',
    'shared/one.txt': 'one',
    'secret.txt': 'outside of nothing',
  };
  const fetch = (url: string, folder = 'node') =>
    run(files, [{ id: 'f', action: 'fetch:plain', input: { url } }], { folder });

  it('reaches beside the template by ../, up to the root of the golden paths', async () => {
    expect(texts(await fetch('../shared'))).toEqual({
      'docs/index.md': 'shared',
      'one.txt': 'one',
    });
    expect(texts(await fetch('../shared/docs/'))).toEqual({ 'index.md': 'shared' });
  });

  it.each(['../../etc', '../..', '/etc', 'skeleton/../../../x'])(
    'refuses %s, which leaves it',
    async (url) => {
      expect((await failure(fetch(url))).detail).toContain('leaves the folder of the golden paths');
    },
  );

  it('says when there is nothing, and that absolute addresses are not fetched', async () => {
    expect((await failure(fetch('./skelton'))).detail).toContain('there is nothing at ./skelton');
    expect((await failure(fetch('https://example.com/x'))).detail).toContain('absolute address');
  });
});

describe('fetch:plain and fetch:plain:file', () => {
  const files = {
    'path/skeleton/a.txt': '${{ values.x }}',
    'path/skeleton/b/c.txt': 'c',
    'path/old/a.txt': 'old',
  };

  it('copies without rendering and replaces what is there', async () => {
    const result = await run(files, [
      { id: 'old', action: 'fetch:plain', input: { url: './old' } },
      { id: 'new', action: 'fetch:plain', input: { url: './skeleton' } },
    ]);

    expect(texts(result)).toEqual({ 'a.txt': '${{ values.x }}', 'b/c.txt': 'c' });
  });

  it('copies one file to the path it is given', async () => {
    const result = await run(files, [
      {
        id: 'f',
        action: 'fetch:plain:file',
        input: { url: './skeleton/b/c.txt', targetPath: 'x/y.txt' },
      },
    ]);

    expect(texts(result)).toEqual({ 'x/y.txt': 'c' });
  });

  it('refuses a folder as a file', async () => {
    const error = await failure(
      run(files, [
        { id: 'f', action: 'fetch:plain:file', input: { url: './skeleton', targetPath: 'x' } },
      ]),
    );

    expect(error.detail).toContain('./skeleton is a folder, not a file');
  });
});

describe('fetch:template:file and workspace:template', () => {
  const files = { 'path/a.txt.njk': 'hello ${{ values.name }}', 'path/old.txt': 'old' };
  const file = (input: JsonObject) => ({
    id: 'f',
    action: 'fetch:template:file',
    input: { url: './a.txt.njk', targetPath: 'a.txt', values: { name: 'ada' }, ...input },
  });
  const old = {
    id: 'o',
    action: 'fetch:plain:file',
    input: { url: './old.txt', targetPath: 'a.txt' },
  };

  it('renders one file to its path', async () => {
    expect(texts(await run(files, [file({})]))).toEqual({ 'a.txt': 'hello ada' });
  });

  it('keeps an existing file unless replace is true', async () => {
    expect(texts(await run(files, [old, file({})]))).toEqual({ 'a.txt': 'old' });
    expect(texts(await run(files, [old, file({ replace: true })]))).toEqual({
      'a.txt': 'hello ada',
    });
  });

  it('renders what is in the workspace already', async () => {
    const result = await run({ 'path/s/x/${{ values.name }}.txt': '${{ values.name }}' }, [
      { id: 'a', action: 'fetch:plain', input: { url: './s' } },
      {
        id: 'b',
        action: 'workspace:template',
        input: { sourcePath: './x', targetPath: './y', values: { name: 'ada' } },
      },
      {
        id: 'c',
        action: 'workspace:template:file',
        input: { sourcePath: 'y/ada.txt', targetPath: 'z.txt' },
      },
    ]);

    expect(texts(result)).toMatchObject({ 'y/ada.txt': 'ada', 'z.txt': 'ada' });
  });

  it('refuses to render a folder into itself', async () => {
    const steps = [
      { id: 'a', action: 'fetch:plain', input: { url: './s' } },
      { id: 'b', action: 'workspace:template', input: { sourcePath: '.', targetPath: './y' } },
    ];

    expect((await failure(run({ 'path/s/a.txt': '' }, steps))).detail).toContain(
      'must not be within',
    );
  });
});

describe('what is written stays in the workspace', () => {
  it.each([
    ['../out.txt', 'leaves the target folder'],
    ['a/../../out.txt', 'leaves the target folder'],
    ['.git/config', 'git’s own folder'],
    ['sub/.GIT/hooks/post-commit', 'git’s own folder'],
    ['a\nb.txt', 'cannot be the path of a file'],
    ['a\\b.txt', 'cannot be the path of a file'],
    [`${'x'.repeat(300)}.txt`, 'more than 255 characters'],
  ])('refuses the rendered path %j', async (name, reason) => {
    const error = await failure(
      fetched({ '${{ values.name }}': 'x' }, { targetPath: 'inner', values: { name } }),
    );

    expect(error.detail).toContain(reason.replace('’', "'"));
  });

  it('refuses a target outside', async () => {
    expect((await failure(fetched({ 'a.txt': '' }, { targetPath: '../' }))).detail).toContain(
      'leaves the workspace',
    );
  });

  it.each(['../../etc/passwd', '/etc/passwd'])('refuses a link to %s', async (target) => {
    const link: TemplateFile = { bytes: new TextEncoder().encode(target), mode: 0o777, link: true };

    expect((await failure(fetched({ 'sub/link': link }))).detail).toContain(
      'points out of the workspace',
    );
  });

  it('refuses a file below a file and a file in place of a folder', async () => {
    const values = { one: 'a', two: 'a/b' };

    expect(
      (await failure(fetched({ '${{ values.one }}': '', '${{ values.two }}': '' }, { values })))
        .detail,
    ).toContain('which is a file');
    expect(
      (
        await failure(
          fetched(
            { '${{ values.two }}': '', 'x${{ "" }}': '', '${{values.one}}': '' },
            { values, replace: true },
          ),
        )
      ).detail,
    ).toMatch(/a/);
  });
});
