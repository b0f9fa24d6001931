import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import type { ContractBench } from './contract-bench.ts';

/** What a runner must do with workspaces, caches and artifacts. */
export function storageContract(bench: ContractBench): void {
  test('makes an empty workspace with absolute places, the same when asked again', async () => {
    const id = await bench.workspace();

    const again = await bench.runner.prepare({ id, step: `${id}-prepare` }, bench.wait());
    const { lines } = await bench.shell(id, 'ls -A; pwd -P | grep -c .');

    expect(again).toEqual(bench.places);
    expect(
      [bench.places.root, bench.places.temporary, bench.places.home].every((place) =>
        isAbsolute(place),
      ),
    ).toBe(true);
    expect(lines).toEqual(['1']);
  });

  test('checks a commit out once for a step, so that later changes stay', async () => {
    const id = bench.unique('workspace');
    const { repository, ref, commit } = bench.fixture;
    const request = {
      id,
      step: `${id}-s0`,
      source: { repository, ref, commit, depth: 1, path: '.' },
    };
    bench.prepared(await bench.runner.prepare(request, bench.wait()));
    await bench.shell(id, 'echo changed > hello.txt');

    await bench.runner.prepare(request, bench.wait());
    const { lines } = await bench.shell(id, 'cat hello.txt dir/deep.txt');

    expect(lines).toEqual(['changed', 'deep']);
  });

  test('checks out into a folder of a workspace that is there already', async () => {
    const id = await bench.workspace();
    await bench.shell(id, 'echo mine > own.txt');
    const { repository, ref, commit } = bench.fixture;

    await bench.runner.prepare(
      { id, step: `${id}-s1`, source: { repository, ref, commit, depth: 1, path: 'sub' } },
      bench.wait(),
    );
    const { lines } = await bench.shell(id, 'cat own.txt sub/hello.txt');

    expect(lines).toEqual(['mine', 'hello']);
  });

  test('finds caches by key, then by the beginning of keys, within a scope', async () => {
    const id = await bench.workspace();
    const other = await bench.workspace();
    await bench.shell(id, 'mkdir -p store && echo kept > store/file');
    const scope = bench.unique('scope');
    const request = { workspaceId: id, key: 'npm-abc', restoreKeys: [], paths: ['store'], scope };

    const missed = await bench.runner.cacheRestore(request, bench.wait());
    await bench.runner.cacheSave(request, bench.wait());
    await bench.runner.cacheSave(request, bench.wait());
    const exact = await bench.runner.cacheRestore({ ...request, workspaceId: other }, bench.wait());
    const { lines } = await bench.shell(other, 'cat store/file');
    const near = await bench.runner.cacheRestore(
      { ...request, workspaceId: other, key: 'npm-xyz', restoreKeys: ['npm-'] },
      bench.wait(),
    );
    const foreign = await bench.runner.cacheRestore(
      { ...request, scope: bench.unique('scope') },
      bench.wait(),
    );

    expect(missed).toMatchObject({ exact: false });
    expect(missed.hit).toBeUndefined();
    expect(exact).toEqual({ hit: 'npm-abc', exact: true });
    expect(lines).toEqual(['kept']);
    expect(near).toEqual({ hit: 'npm-abc', exact: false });
    expect(foreign.hit).toBeUndefined();
  });

  test('hands artifacts from one workspace to another', async () => {
    const id = await bench.workspace();
    const other = await bench.workspace();
    const run = bench.unique('run');
    await bench.shell(
      id,
      'mkdir -p dist/deep && echo one > dist/a && echo two > dist/deep/b && echo three > single',
    );

    const uploaded = await bench.runner.uploadArtifact(
      { workspaceId: id, run, name: 'site', paths: ['dist'] },
      bench.wait(),
    );
    const single = await bench.runner.uploadArtifact(
      { workspaceId: id, run, name: 'one file', paths: ['single'] },
      bench.wait(),
    );
    const none = await bench.runner.uploadArtifact(
      { workspaceId: id, run, name: 'none', paths: ['absent'] },
      bench.wait(),
    );
    const downloaded = await bench.runner.downloadArtifact(
      { workspaceId: other, run, name: 'site', paths: ['got'] },
      bench.wait(),
    );
    await bench.runner.downloadArtifact(
      { workspaceId: other, run, name: 'one file', paths: ['.'] },
      bench.wait(),
    );
    const { lines } = await bench.shell(other, 'cat got/a got/deep/b single');

    expect(uploaded).toMatchObject({ files: 2 });
    expect(uploaded.bytes).toBeGreaterThan(0);
    expect(single).toMatchObject({ files: 1 });
    expect(none).toMatchObject({ files: 0 });
    expect(downloaded).toMatchObject({ files: 2 });
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  test('removes a workspace with all in it, also twice', async () => {
    const id = await bench.workspace();
    await bench.shell(id, 'echo secret > file');

    await bench.runner.remove(id);
    await bench.runner.remove(id);
    await bench.runner.prepare({ id, step: `${id}-again` }, bench.wait());
    const { lines } = await bench.shell(id, 'ls -A');

    expect(lines).toEqual([]);
  });
}
