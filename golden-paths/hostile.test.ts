import { execFileSync, spawnSync } from 'node:child_process';
import { PltfError } from '@pltf/contracts';
import { type JsonObject, parseThinFile, type TemplateResult } from '@pltf/plan';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { render, textIn } from './rendering.ts';

const ids = ['job', 'node-service', 'python-service', 'site', 'worker'] as const;

/** The result, or the fields that were refused. */
async function attempt(
  id: string,
  parameters: JsonObject,
): Promise<TemplateResult | readonly string[]> {
  try {
    return await render(id, parameters);
  } catch (error) {
    if (error instanceof PltfError && error.code === 'parameters-invalid')
      return error.errors.map(({ where }) => where);
    throw error;
  }
}

const isRefused = (result: TemplateResult | readonly string[]): result is readonly string[] =>
  Array.isArray(result);

/** Every place that says the description says exactly it, and nothing around it has changed. */
function checkDescription(id: string, result: TemplateResult, description: string): void {
  const thin = parseThinFile(textIn(result, 'pltf.yaml'));
  const catalog = parse(textIn(result, 'catalog-info.yaml')) as {
    metadata: { description: string };
    spec: { owner: string };
  };
  const chart = parse(textIn(result, 'chart/Chart.yaml')) as { description: string; name: string };
  const documentation = parse(textIn(result, 'mkdocs.yml')) as {
    site_description: string;
    plugins: string[];
  };
  const origin = JSON.parse(textIn(result, '.golden-path.json')) as { parameters: JsonObject };
  expect(thin).toMatchObject({ ok: true, file: { name: 'users-api', description } });
  expect(catalog).toMatchObject({
    metadata: { description },
    spec: { owner: 'group:default/everyone' },
  });
  expect(chart).toMatchObject({ description, name: 'users-api' });
  expect(documentation).toMatchObject({
    site_description: description,
    plugins: ['techdocs-core'],
  });
  expect(origin.parameters['description']).toBe(description);
  if (id !== 'python-service') {
    expect(JSON.parse(textIn(result, 'package.json'))).toMatchObject({
      description,
      name: 'users-api',
    });
  }
  for (const path of ['README.md', 'docs/index.md', 'public/index.html']) {
    if (result.workspace.has(path))
      expect(textIn(result, path)).not.toMatch(/<(?:script|img|iframe|b)\b/);
  }
  for (const [path] of result.workspace) {
    if (/^(?!chart\/templates).*\.ya?ml$/.test(path))
      expect(parseAllDocuments(textIn(result, path)).flatMap(({ errors }) => errors)).toEqual([]);
  }
}

const nasty = [
  'It says "hello" and \'goodbye\'',
  'ends with a backslash \\',
  '\\" , evil: true, x: "',
  '${{ secrets.GITHUB_TOKEN }}',
  '${{ parameters.owner }}{% raw %}',
  '{% endraw %}{% for i in range(9) %}x{% endfor %}{# gone #}',
  '{{ .Values.secret }} {{ $labels }}',
  '${process.exit(1)} `rm -rf ~` $(id)',
  '# not a comment: [no] {map} &anchor *alias !tag | > % @ `',
  '- a\u00a0list? yes: no',
  '</title><script>alert(1)</script><img src=x onerror=alert(1)>',
  '"><b onclick=alert(1)>',
  'ünïcödé 日本語 🦊 עברית \u202e',
  '\'\'\'""" \\N{BULLET} %s %(x)s',
  'null',
  '---',
  '~',
  '0x1F',
  ' leading and trailing ',
  'x'.repeat(500),
];

describe.each(ids)('a description for %s', (id) => {
  it.each(nasty)('is only a description: %.40j', async (description) => {
    const result = await attempt(id, { name: 'users-api', description });

    if (isRefused(result)) throw new Error(`refused: ${result.join(', ')}`);
    checkDescription(id, result, description);
  });

  it.each([
    'two\nlines',
    'a\rreturn',
    'a\ttab',
    'a\0zero',
    'line\u2028separator',
    'next\u0085line',
    'delete\u007f',
    'half \ud83e of a fox',
    'x'.repeat(501),
    'x'.repeat(10_000),
    'x'.repeat(100_000),
  ])('is refused with its field: %.20j', async (description) => {
    expect(await attempt(id, { name: 'users-api', description })).toEqual(['description']);
  });

  it('either is refused or stays a description, whatever it is', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc
        .array(fc.constantFrom(...nasty, '\n', '"', '{%', '${{', '}}', ':', '\\'), { maxLength: 4 })
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(text, async (description) => {
        const result = await attempt(id, { name: 'users-api', description });

        if (isRefused(result)) expect(new Set(result)).toEqual(new Set(['description']));
        else if (description !== '') checkDescription(id, result, description);
      }),
      { numRuns: 15 },
    );
  });
});

describe('what else a user may answer', () => {
  const names = [
    '',
    'Users',
    'users api',
    'users_api',
    '-users',
    'users-',
    'users--api',
    '../x',
    'a/b',
    'ü',
    'a"b',
    'a\nb',
    '${{ x }}',
    '{% x %}',
    '1abc',
    'x'.repeat(41),
    'x'.repeat(10_000),
    '.git',
    'a.b',
    'constructor ',
    7,
    null,
    ['a'],
    { a: 1 },
  ] as never[];

  it.each(names)('refuses %.40j as a name and as an owner', async (value) => {
    expect(await attempt('node-service', { name: value })).toEqual(['name']);
    expect(await attempt('node-service', { name: 'users-api', owner: value })).toEqual(['owner']);
  });

  it.each([
    ['port', 80],
    ['port', 65_536],
    ['port', '8080'],
    ['port', 8080.5],
    ['tier', 0],
    ['tier', 4],
    ['tier', '1'],
    ['ci', 'jenkins'],
    ['ci', 'github\n'],
    ['extra', 'x'],
    ['toString', 'x'],
    ['values', {}],
  ] as [string, never][])('refuses %s %j', async (field, value) => {
    expect(await attempt('node-service', { name: 'users-api', [field]: value })).toEqual([field]);
  });

  it('refuses all at once', async () => {
    const fields = await attempt('site', {
      name: 'No',
      owner: 'No',
      port: 1,
      tier: 9,
      ci: 'x',
      description: 'a\nb',
    });

    expect([...(fields as string[])].sort()).toEqual([
      'ci',
      'description',
      'name',
      'owner',
      'port',
      'tier',
    ]);
  });
});

const hasTomlReader = spawnSync('python3', ['-c', 'import tomllib']).status === 0;

describe('pyproject.toml', () => {
  // Python 3.11 brings the reader; without it there is nothing here that reads TOML.
  it.skipIf(!hasTomlReader)('says exactly the description', async () => {
    for (const description of nasty) {
      const text = textIn(
        await render('python-service', { name: 'users-api', description }),
        'pyproject.toml',
      );
      const read = execFileSync(
        'python3',
        [
          '-c',
          'import json, sys, tomllib; print(json.dumps(tomllib.loads(sys.stdin.buffer.read().decode())))',
        ],
        { input: text, encoding: 'utf8' },
      );

      expect(JSON.parse(read)).toMatchObject({ project: { name: 'users-api', description } });
    }
  });
});
