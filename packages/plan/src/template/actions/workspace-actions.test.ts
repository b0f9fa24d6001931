import { PltfError } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  type JsonObject,
  parseTemplate,
  runTemplate,
  type TemplateResult,
  textFile,
  textOfFile,
} from '../index.ts';

const tree = { 'a.txt': 'A', 'b/c.txt': 'C', 'b/d/e.txt': 'E', 'b/f.md': 'F', '.hidden': 'H' };

const run = (
  steps: readonly JsonObject[],
  scene: { readonly wait?: (ms: number) => Promise<void> } = {},
): Promise<TemplateResult> =>
  runTemplate({
    template: parseTemplate(
      stringify({
        apiVersion: 'scaffolder.backstage.io/v1beta3',
        kind: 'Template',
        metadata: { name: 'example' },
        spec: {
          type: 'service',
          steps: [{ id: 'tree', action: 'fetch:plain', input: { url: './tree' } }, ...steps],
        },
      }),
    ),
    files: new Map(Object.entries(tree).map(([path, text]) => [`tree/${path}`, textFile(text)])),
    folder: '',
    parameters: {},
    taskId: 'task-1',
    now: () => performance.now(),
    templateRef: 'template:default/example',
    ...scene,
  });

const step = (action: string, input: JsonObject): JsonObject => ({ id: 's', action, input });

const pathsAfter = async (action: string, input: JsonObject): Promise<readonly string[]> =>
  [...(await run([step(action, input)])).workspace.keys()].sort();

const failure = async (work: Promise<unknown>): Promise<PltfError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PltfError)) throw new Error(`no PltfError: ${String(error)}`);
  return error;
};

describe('fs:delete', () => {
  it.each([
    [['a.txt'], ['.hidden', 'b/c.txt', 'b/d/e.txt', 'b/f.md']],
    [['./b'], ['.hidden', 'a.txt']],
    [['b/**/*.txt'], ['.hidden', 'a.txt', 'b/f.md']],
    [
      ['missing', 'a.txt'],
      ['.hidden', 'b/c.txt', 'b/d/e.txt', 'b/f.md'],
    ],
  ])('deletes %j', async (files, left) => {
    expect(await pathsAfter('fs:delete', { files })).toEqual(left);
  });

  it('refuses what lies outside', async () => {
    expect((await failure(run([step('fs:delete', { files: ['../x'] })]))).detail).toContain(
      'leaves the workspace',
    );
  });
});

describe('fs:rename', () => {
  it('moves files and folders', async () => {
    expect(
      await pathsAfter('fs:rename', {
        files: [
          { from: 'b', to: 'x/y' },
          { from: 'a.txt', to: 'z.txt' },
        ],
      }),
    ).toEqual(['.hidden', 'x/y/c.txt', 'x/y/d/e.txt', 'x/y/f.md', 'z.txt']);
  });

  it('replaces a file only with overwrite', async () => {
    const move = { from: 'a.txt', to: '.hidden' };

    const result = await run([step('fs:rename', { files: [{ ...move, overwrite: true }] })]);
    const error = await failure(run([step('fs:rename', { files: [move] })]));

    expect(textOfFile(result.workspace.get('.hidden')!)).toBe('A');
    expect(error).toMatchObject({
      detail: expect.stringContaining('.hidden exists already') as string,
      fix: 'Set `overwrite: true`.',
    });
  });

  it.each([
    [{ from: 'missing', to: 'x' }, 'missing does not exist'],
    [{ from: 'b', to: 'b/inner' }, 'lies within'],
    [{ from: '../x', to: 'y' }, 'leaves the workspace'],
    [{ from: 'a.txt', to: '../y' }, 'leaves the workspace'],
  ])('refuses %j', async (move, reason) => {
    expect((await failure(run([step('fs:rename', { files: [move] })]))).detail).toContain(reason);
  });
});

describe('fs:readdir', () => {
  it('lists files and folders, deeply when told', async () => {
    const flat = (await run([step('fs:readdir', { paths: ['.', 'b'] })])).steps[1]?.output;
    const deep = (await run([step('fs:readdir', { paths: ['b'], recursive: true })])).steps[1]
      ?.output;

    expect(flat).toMatchObject({
      files: [{ path: '.hidden' }, { path: 'a.txt' }, { path: 'b/c.txt' }, { path: 'b/f.md' }],
      folders: [
        { name: 'b', path: 'b' },
        { name: 'd', path: 'b/d' },
      ],
    });
    expect(deep).toMatchObject({
      files: [{ path: 'b/c.txt' }, { path: 'b/d/e.txt' }, { path: 'b/f.md' }],
      folders: [{ path: 'b/d' }],
    });
  });
});

describe('catalog:write', () => {
  const entity = {
    apiVersion: 'backstage.io/v1alpha1',
    kind: 'Component',
    metadata: { name: 'x', annotations: { a: 'b' } },
    spec: { type: 'service' },
  };

  it('writes the entity as YAML and notes the template it came from', async () => {
    const { workspace } = await run([step('catalog:write', { entity })]);

    expect(parse(textOfFile(workspace.get('catalog-info.yaml')!) ?? '')).toEqual({
      ...entity,
      metadata: {
        name: 'x',
        annotations: { a: 'b', 'backstage.io/source-template': 'template:default/example' },
      },
    });
  });

  it('writes where it is told', async () => {
    expect(await pathsAfter('catalog:write', { entity, filePath: 'deep/info.yaml' })).toContain(
      'deep/info.yaml',
    );
  });
});

describe('debug actions', () => {
  it('logs the input and the workspace', async () => {
    const { log } = await run([step('debug:log', { message: 'hello', listWorkspace: true })]);

    expect(log.map(({ message }) => message).join('\n')).toContain('hello');
    expect(log.at(-1)?.message).toContain('  - b/d/e.txt');
  });

  it('waits as long as it says by the clock of the caller, and never longer than 30 s', async () => {
    const waits: number[] = [];
    const wait = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      return Promise.resolve();
    };

    await run([step('debug:wait', { seconds: 5, milliseconds: 20 })], { wait });
    const error = await failure(run([step('debug:wait', { minutes: 5 })], { wait }));

    expect(waits).toEqual([5_020]);
    expect(error.detail).toContain('longer than 30000 ms');
  });
});
