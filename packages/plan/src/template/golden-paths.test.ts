import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  type FolderPort,
  listGoldenPaths,
  parseTemplate,
  readFolder,
  textFile,
  textOfFile,
} from './index.ts';

const template = (metadata: object, spec: object = {}): string =>
  stringify({
    apiVersion: 'scaffolder.backstage.io/v1beta3',
    kind: 'Template',
    metadata,
    spec: { type: 'service', steps: [], ...spec },
  });

const filesOf = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([path, text]) => [path, textFile(text)]));

describe('listGoldenPaths', () => {
  it('tells id, version, maturity, kind, owner, support and form of each', () => {
    const { paths, problems } = listGoldenPaths(
      filesOf({
        'node-service/template.yaml': template(
          {
            name: 'node-service',
            title: 'Node service',
            description: 'A service.',
            tags: ['node'],
            annotations: {
              'pltf.dev/version': '1.2.0',
              'pltf.dev/maturity': 'supported',
              'pltf.dev/support': 'Two days.',
            },
          },
          {
            owner: 'platform',
            parameters: { required: ['name'], properties: { name: { type: 'string' } } },
          },
        ),
        'node-service/skeleton/template.yaml': 'not: a template',
        'shared/docs/index.md': '# no golden path',
      }),
    );

    expect(problems).toEqual([]);
    expect(paths).toMatchObject([
      {
        id: 'node-service',
        title: 'Node service',
        description: 'A service.',
        version: '1.2.0',
        maturity: 'supported',
        kind: 'service',
        owner: 'platform',
        tags: ['node'],
        support: 'Two days.',
        folder: 'node-service',
        parameters: [{ required: ['name'] }],
        fields: [{ name: 'name', required: true }],
      },
    ]);
  });

  it('reads templates made for Backstage alone', () => {
    const { paths } = listGoldenPaths(
      filesOf({
        'b/template.yaml': template({ name: 'b' }, { type: 'website', lifecycle: 'production' }),
        'a/template.yaml': template({ name: 'a' }, { lifecycle: 'deprecated' }),
      }),
    );

    expect(
      paths.map(({ id, kind, maturity, version, title }) => [id, kind, maturity, version, title]),
    ).toEqual([
      ['a', 'service', 'retired', '0.0.0', 'a'],
      ['b', 'site', 'supported', '0.0.0', 'b'],
    ]);
  });

  it('tells what is wrong with one and still lists the others', () => {
    const { paths, problems } = listGoldenPaths(
      filesOf({
        'broken/template.yaml':
          'apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {}\nspec: {type: service, steps: []}\n',
        'labels/template.yaml': template({
          name: 'labels',
          annotations: { 'pltf.dev/version': 'one', 'pltf.dev/maturity': 'great' },
        }),
        'same/template.yaml': template({ name: 'labels' }),
        'text/template.yaml': 'kind: Template\n\tx: 1\n',
      }),
    );

    expect(paths).toHaveLength(2);
    expect(problems.map(({ where, message }) => `${where} ${message}`)).toEqual([
      expect.stringMatching(/^broken\/template\.yaml:3:11 metadata\.name/) as string,
      'labels/template.yaml pltf.dev/maturity is "great"',
      'labels/template.yaml pltf.dev/version is "one"',
      expect.stringMatching(/^text\/template\.yaml:\d+:\d+ /) as string,
      'same/template.yaml labels is the name of labels too',
    ]);
  });
});

describe('parseTemplate', () => {
  it('finds the template among several documents and tolerates unknown keys', () => {
    const text = `kind: Location\n---\n${template({ name: 'x', unknown: 1 }, { system: 'y', recovery: {} })}`;

    expect(parseTemplate(text).metadata.name).toBe('x');
  });

  it.each([
    ['kind: Component\n', 'no document of kind Template'],
    [template({ name: 'x' }).replace('v1beta3', 'v1beta2'), 'apiVersion'],
    [template({ name: 'x' }, { steps: [{ id: 's' }] }), 'spec.steps.0.action'],
    [
      template(
        { name: 'x' },
        {
          steps: [
            { id: 's', action: 'a' },
            { id: 's', action: 'b' },
          ],
        },
      ),
      'the step id s is used twice',
    ],
    [`${template({ name: 'x' })}\nspec: {}\n`, 'unique'],
    ['a: &a [*a]\nkind: Template\n', ''],
    ['x'.repeat(1_000_001), 'longer than'],
  ])('refuses %.40j', (text, reason) => {
    expect(() => parseTemplate(text, 't.yaml')).toThrow(
      expect.objectContaining({
        code: 'template-invalid',
        detail: expect.stringContaining(reason) as string,
      }) as Error,
    );
  });

  it('does not blow up on aliases of aliases', () => {
    const laughs = [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...'bcdefghi'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[index]}`).join(', ')}]`,
        ),
    ];

    expect(() => parseTemplate(`kind: Template\n${laughs.join('\n')}\n`)).toThrow('alias');
  });
});

describe('readFolder', () => {
  const portOf = (tree: Readonly<Record<string, string>>): FolderPort => ({
    list: (path) => {
      const prefix = path === '' ? '' : `${path}/`;
      const names = Object.keys(tree)
        .filter((file) => file.startsWith(prefix))
        .map((file) => file.slice(prefix.length));
      return Promise.resolve(
        [...new Set(names.map((name) => name.split('/')[0] ?? ''))].map((name) => ({
          name,
          kind: names.includes(name)
            ? name.endsWith('.link')
              ? ('link' as const)
              : ('file' as const)
            : ('folder' as const),
          mode: name.endsWith('.sh') ? 0o100755 : 0o100644,
        })),
      );
    },
    read: (path) => Promise.resolve(new TextEncoder().encode(tree[path] ?? '')),
    readLink: (path) => Promise.resolve(tree[path] ?? ''),
  });

  it('reads all files with mode, keeps links, and leaves out git and installed packages', async () => {
    const files = await readFolder(
      portOf({
        'b/c.sh': 'C',
        'a.txt': 'A',
        'b/d.link': '../a.txt',
        '.git/config': 'x',
        'node_modules/x/y.js': 'z',
      }),
    );

    expect([...files.keys()]).toEqual(['a.txt', 'b/c.sh', 'b/d.link']);
    expect(files.get('b/c.sh')?.mode).toBe(0o755);
    expect(files.get('b/d.link')).toMatchObject({ link: true });
    expect(textOfFile(files.get('a.txt')!)).toBe('A');
  });
});
