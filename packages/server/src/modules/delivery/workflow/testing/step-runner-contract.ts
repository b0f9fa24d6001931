import { isAbsolute } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WorkspacePlaces } from '../run-state.ts';
import { stepFiles } from '../step-files.ts';
import type { StepRunner, StepTask, TaskOutcome } from '../step-runner.ts';
import { createGitFixture, type GitFixture } from './git-fixture.ts';

/** A runner under test that can check out the fixture's repository. */
export interface ContractRunner {
  readonly runner: StepRunner;
  stop(): Promise<void>;
}

/** What every `StepRunner` must do. Give it a function that makes a fresh one for this repository. */
export function stepRunnerContract(
  makeRunner: (fixture: GitFixture) => Promise<ContractRunner>,
): void {
  describe('a step runner', () => {
    const wait = () => new AbortController().signal;
    let fixture: GitFixture;
    let made: ContractRunner;
    let runner: StepRunner;
    let places: WorkspacePlaces;
    let count = 0;
    const prefix = `contract-${process.pid}-${Date.now().toString(36)}`;
    const unique = (word: string) => `${prefix}-${word}-${(count += 1)}`;

    const bash = (
      workspaceId: string,
      script: string,
      change: Partial<StepTask> = {},
    ): StepTask => ({
      id: unique('task'),
      workspaceId,
      shell: ['bash', '-e', '{0}'],
      script,
      extension: 'sh',
      env: { PATH: places.path },
      workingDirectory: '.',
      timeoutMs: 20_000,
      files: stepFiles,
      ...change,
    });
    const logOf = async (id: string) => {
      const lines: string[] = [];
      for await (const line of runner.log(id)) lines.push(line);
      return lines;
    };
    const shell = async (workspaceId: string, script: string, change: Partial<StepTask> = {}) => {
      const task = bash(workspaceId, script, change);
      const outcome = await runner.run(task, wait());
      return { outcome, lines: await logOf(task.id), task };
    };
    const workspace = async () => {
      const id = unique('workspace');
      places = await runner.prepare({ id, step: `${id}-prepare` }, wait());
      return id;
    };

    beforeAll(async () => {
      fixture = createGitFixture({ 'hello.txt': 'hello\n', 'dir/deep.txt': 'deep\n' });
      made = await makeRunner(fixture);
      ({ runner } = made);
    });
    afterAll(async () => {
      await made.stop();
      fixture[Symbol.dispose]();
    });

    test('makes an empty workspace with absolute places, the same when asked again', async () => {
      const id = await workspace();

      const again = await runner.prepare({ id, step: `${id}-prepare` }, wait());
      const { lines } = await shell(id, 'ls -A; pwd -P | grep -c .');

      expect(again).toEqual(places);
      expect([places.root, places.temporary, places.home].every((place) => isAbsolute(place))).toBe(
        true,
      );
      expect(lines).toEqual(['1']);
    });

    test('checks a commit out once for a step, so that later changes stay', async () => {
      const id = unique('workspace');
      const { repository, ref, commit } = fixture;
      const request = {
        id,
        step: `${id}-s0`,
        source: { repository, ref, commit, depth: 1, path: '.' },
      };
      places = await runner.prepare(request, wait());
      await shell(id, 'echo changed > hello.txt');

      await runner.prepare(request, wait());
      const { lines } = await shell(id, 'cat hello.txt dir/deep.txt');

      expect(lines).toEqual(['changed', 'deep']);
    });

    test('checks out into a folder of a workspace that is there already', async () => {
      const id = await workspace();
      await shell(id, 'echo mine > own.txt');
      const { repository, ref, commit } = fixture;

      await runner.prepare(
        { id, step: `${id}-s1`, source: { repository, ref, commit, depth: 1, path: 'sub' } },
        wait(),
      );
      const { lines } = await shell(id, 'cat own.txt sub/hello.txt');

      expect(lines).toEqual(['mine', 'hello']);
    });

    test('runs a script unchanged and answers its exit code', async () => {
      const id = await workspace();

      const { outcome, lines } = await shell(
        id,
        `echo 'single "double" $HOME \`x\`'\necho "it's"\nexit 7`,
      );

      expect(lines).toEqual(['single "double" $HOME `x`', "it's"]);
      expect(outcome).toMatchObject({ exitCode: 7, timedOut: false });
      expect(outcome.finishedAt).toBeGreaterThanOrEqual(outcome.startedAt);
    });

    test('gives a task its own environment and nothing of the platform', async () => {
      const id = await workspace();

      const { lines } = await shell(id, 'env | cut -d= -f1 | sort', {
        env: { PATH: places.path, MINE: 'a\nb=c', EMPTY: '' },
      });
      const names = lines.filter((name) => /^[A-Z]/.test(name));

      const allowed = new Set([
        'EMPTY',
        'HOME',
        'LOGNAME',
        'MINE',
        'OLDPWD',
        'PATH',
        'PWD',
        'SHLVL',
        'TMPDIR',
        'USER',
        ...stepFiles,
      ]);
      expect(names).toEqual(expect.arrayContaining(['EMPTY', 'MINE', 'PATH', ...stepFiles]));
      expect(names.filter((name) => !allowed.has(name))).toEqual([]);
    });

    test('runs in the folder that is asked for', async () => {
      const id = await workspace();
      await shell(id, 'mkdir -p one/two && touch one/two/here');

      const { lines } = await shell(id, 'ls', { workingDirectory: 'one/two' });

      expect(lines).toEqual(['here']);
    });

    test('runs scripts of other interpreters', async () => {
      const id = await workspace();

      const { lines } = await shell(id, 'console.log(1 + 1)', {
        shell: ['node', '{0}'],
        extension: 'js',
      });

      expect(lines).toEqual(['2']);
    });

    test('gives every task fresh empty files and hands their text back, also of one that fails', async () => {
      const id = await workspace();
      const script = 'echo "a=1" >> "$GITHUB_OUTPUT"; echo "B=ü" >> "$GITHUB_ENV"; exit 3';

      const first = await shell(id, script);
      const second = await shell(id, 'cat "$GITHUB_OUTPUT" "$GITHUB_ENV"');

      expect(first.outcome.files).toEqual({
        GITHUB_ENV: 'B=ü\n',
        GITHUB_OUTPUT: 'a=1\n',
        GITHUB_PATH: '',
        GITHUB_STEP_SUMMARY: '',
      });
      expect(second.lines).toEqual([]);
    });

    test('runs the task of one id once, however often it is asked for', async () => {
      const id = await workspace();
      const task = bash(id, 'echo x >> count; sleep 0.3; wc -l < count');

      const outcomes: TaskOutcome[] = await Promise.all([
        runner.run(task, wait()),
        runner.run(task, wait()),
      ]);
      outcomes.push(await runner.run(task, wait()));

      expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
      expect((await logOf(task.id)).map((line) => line.trim())).toEqual(['1']);
    });

    test('keeps a task running when the waiting is given up', async () => {
      const id = await workspace();
      const task = bash(id, 'sleep 0.5; echo done');
      const impatient = new AbortController();
      const waiting = runner.run(task, impatient.signal);
      setTimeout(() => impatient.abort(), 50);

      await expect(waiting).rejects.toThrow();
      const outcome = await runner.run(task, wait());

      expect(outcome.exitCode).toBe(0);
      expect(await logOf(task.id)).toEqual(['done']);
    });

    test('ends a task and all its processes when its time is over', async () => {
      const id = await workspace();
      const started = Date.now();

      const { outcome } = await shell(id, '(sleep 8; touch late) & sleep 30', { timeoutMs: 300 });

      expect(outcome.timedOut).toBe(true);
      expect(outcome.exitCode ?? 1).not.toBe(0);
      expect(Date.now() - started).toBeLessThan(15_000);
    });

    test('cancels a task, lets it clean up, and says so', async () => {
      const id = await workspace();
      const task = bash(
        id,
        'trap "echo cleaning; exit 9" TERM; echo ready; while :; do sleep 0.05; done',
      );
      const waiting = runner.run(task, wait());
      await expect
        .poll(async () => logOf(task.id).catch(() => []), { timeout: 10_000 })
        .toEqual(['ready']);

      await runner.cancel(task.id);
      const outcome = await waiting;

      expect(outcome).toMatchObject({ reason: 'cancelled', timedOut: false });
      expect(await logOf(task.id)).toEqual(expect.arrayContaining(['ready', 'cleaning']));
      await runner.cancel(task.id);
      await runner.cancel(unique('unknown'));
    });

    test('keeps long lines, many lines and both streams in the log', async () => {
      const id = await workspace();

      const { lines } = await shell(
        id,
        'echo out; echo err >&2; for i in $(seq 3000); do echo "line $i"; done',
      );

      expect(new Set(lines.slice(0, 2))).toEqual(new Set(['out', 'err']));
      expect(lines).toHaveLength(3002);
      expect(lines.at(-1)).toBe('line 3000');
    });

    test('finds caches by key, then by the beginning of keys, within a scope', async () => {
      const id = await workspace();
      const other = await workspace();
      await shell(id, 'mkdir -p store && echo kept > store/file');
      const scope = unique('scope');
      const request = { workspaceId: id, key: 'npm-abc', restoreKeys: [], paths: ['store'], scope };

      const missed = await runner.cacheRestore(request, wait());
      await runner.cacheSave(request, wait());
      await runner.cacheSave(request, wait());
      const exact = await runner.cacheRestore({ ...request, workspaceId: other }, wait());
      const { lines } = await shell(other, 'cat store/file');
      const near = await runner.cacheRestore(
        { ...request, workspaceId: other, key: 'npm-xyz', restoreKeys: ['npm-'] },
        wait(),
      );
      const foreign = await runner.cacheRestore({ ...request, scope: unique('scope') }, wait());

      expect(missed).toMatchObject({ exact: false });
      expect(missed.hit).toBeUndefined();
      expect(exact).toEqual({ hit: 'npm-abc', exact: true });
      expect(lines).toEqual(['kept']);
      expect(near).toEqual({ hit: 'npm-abc', exact: false });
      expect(foreign.hit).toBeUndefined();
    });

    test('hands artifacts from one workspace to another', async () => {
      const id = await workspace();
      const other = await workspace();
      const run = unique('run');
      await shell(
        id,
        'mkdir -p dist/deep && echo one > dist/a && echo two > dist/deep/b && echo three > single',
      );

      const uploaded = await runner.uploadArtifact(
        { workspaceId: id, run, name: 'site', paths: ['dist'] },
        wait(),
      );
      const single = await runner.uploadArtifact(
        { workspaceId: id, run, name: 'one file', paths: ['single'] },
        wait(),
      );
      const none = await runner.uploadArtifact(
        { workspaceId: id, run, name: 'none', paths: ['absent'] },
        wait(),
      );
      const downloaded = await runner.downloadArtifact(
        { workspaceId: other, run, name: 'site', paths: ['got'] },
        wait(),
      );
      await runner.downloadArtifact(
        { workspaceId: other, run, name: 'one file', paths: ['.'] },
        wait(),
      );
      const { lines } = await shell(other, 'cat got/a got/deep/b single');

      expect(uploaded).toMatchObject({ files: 2, bytes: 8 });
      expect(single).toMatchObject({ files: 1 });
      expect(none).toMatchObject({ files: 0 });
      expect(downloaded).toMatchObject({ files: 2, bytes: 8 });
      expect(lines).toEqual(['one', 'two', 'three']);
    });

    test('removes a workspace with all in it, also twice', async () => {
      const id = await workspace();
      await shell(id, 'echo secret > file');

      await runner.remove(id);
      await runner.remove(id);
      await runner.prepare({ id, step: `${id}-again` }, wait());
      const { lines } = await shell(id, 'ls -A');

      expect(lines).toEqual([]);
    });
  });
}
