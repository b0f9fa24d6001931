import { expect, test } from 'vitest';
import { stepFiles } from '../step-files.ts';
import type { TaskOutcome } from '../step-runner.ts';
import type { ContractBench } from './contract-bench.ts';

/** What a runner must do with tasks. */
export function taskContract(bench: ContractBench): void {
  test('runs a script unchanged and answers its exit code', async () => {
    const id = await bench.workspace();

    const { outcome, lines } = await bench.shell(
      id,
      `echo 'single "double" $HOME \`x\`'\necho "it's"\nexit 7`,
    );

    expect(lines).toEqual(['single "double" $HOME `x`', "it's"]);
    expect(outcome).toMatchObject({ exitCode: 7, timedOut: false });
    expect(outcome.finishedAt).toBeGreaterThanOrEqual(outcome.startedAt);
  });

  test('gives a task its own environment and nothing of the platform', async () => {
    const id = await bench.workspace();

    const { lines } = await bench.shell(id, 'env | cut -d= -f1 | sort', {
      env: { PATH: bench.places.path, MINE: 'a\nb=c', EMPTY: '' },
    });
    const names = lines.filter((name) => /^[A-Z]/.test(name));

    // What the shell itself sets, and names (never secrets) that a runner marks its processes with.
    const allowed =
      /^(?:HOME|LANG|LOGNAME|OLDPWD|PATH|PWD|SHLVL|TMPDIR|USER|EMPTY|MINE|GITHUB_(?:ENV|OUTPUT|PATH|STEP_SUMMARY)|PLTF_(?:AGENT|COMPONENT|TEAM|UNIT|WORKSPACE))$/;
    expect(names).toEqual(expect.arrayContaining(['EMPTY', 'MINE', 'PATH', ...stepFiles]));
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  });

  test('runs in the folder that is asked for', async () => {
    const id = await bench.workspace();
    await bench.shell(id, 'mkdir -p one/two && touch one/two/here');

    const { lines } = await bench.shell(id, 'ls', { workingDirectory: 'one/two' });

    expect(lines).toEqual(['here']);
  });

  test('runs scripts of other interpreters', async () => {
    const id = await bench.workspace();

    const { lines } = await bench.shell(id, 'console.log(1 + 1)', {
      shell: ['node', '{0}'],
      extension: 'js',
    });

    expect(lines).toEqual(['2']);
  });

  test('gives every task fresh empty files and hands their text back, also of one that fails', async () => {
    const id = await bench.workspace();
    const script = 'echo "a=1" >> "$GITHUB_OUTPUT"; echo "B=ü" >> "$GITHUB_ENV"; exit 3';

    const first = await bench.shell(id, script);
    const second = await bench.shell(id, 'cat "$GITHUB_OUTPUT" "$GITHUB_ENV"');

    expect(first.outcome.files).toEqual({
      GITHUB_ENV: 'B=ü\n',
      GITHUB_OUTPUT: 'a=1\n',
      GITHUB_PATH: '',
      GITHUB_STEP_SUMMARY: '',
    });
    expect(second.lines).toEqual([]);
  });

  test('runs the task of one id once, however often it is asked for', async () => {
    const id = await bench.workspace();
    const task = bench.bash(id, 'echo x >> count; sleep 0.3; wc -l < count');

    const outcomes: TaskOutcome[] = await Promise.all([
      bench.runner.run(task, bench.wait()),
      bench.runner.run(task, bench.wait()),
    ]);
    outcomes.push(await bench.runner.run(task, bench.wait()));

    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect((await bench.logOf(task.id)).map((line) => line.trim())).toEqual(['1']);
  });

  test('keeps a task running when the waiting is given up', async () => {
    const id = await bench.workspace();
    const task = bench.bash(id, 'sleep 0.5; echo done');
    const impatient = new AbortController();
    const waiting = bench.runner.run(task, impatient.signal);
    setTimeout(() => impatient.abort(), 50);

    await expect(waiting).rejects.toThrow();
    const outcome = await bench.runner.run(task, bench.wait());

    expect(outcome.exitCode).toBe(0);
    expect(await bench.logOf(task.id)).toEqual(['done']);
  });

  test('ends a task and all its processes when its time is over', async () => {
    const id = await bench.workspace();
    const started = Date.now();

    const { outcome } = await bench.shell(id, '(sleep 8; touch late) & sleep 30', {
      timeoutMs: 300,
    });

    expect(outcome.timedOut).toBe(true);
    expect(outcome.exitCode ?? 1).not.toBe(0);
    expect(Date.now() - started).toBeLessThan(15_000);
  });

  test('cancels a task, lets it clean up, and says so', async () => {
    const id = await bench.workspace();
    const task = bench.bash(
      id,
      'trap "echo cleaning; exit 9" TERM; echo ready; while :; do sleep 0.05; done',
    );
    const waiting = bench.runner.run(task, bench.wait());
    await expect
      .poll(async () => bench.logOf(task.id).catch(() => []), { timeout: 10_000 })
      .toEqual(['ready']);

    await bench.runner.cancel(task.id);
    const outcome = await waiting;

    expect(outcome).toMatchObject({ reason: 'cancelled', timedOut: false });
    expect(await bench.logOf(task.id)).toEqual(expect.arrayContaining(['ready', 'cleaning']));
    await bench.runner.cancel(task.id);
    await bench.runner.cancel(bench.unique('unknown'));
  });

  test('keeps long lines, many lines and both streams in the log', async () => {
    const id = await bench.workspace();

    const { lines } = await bench.shell(
      id,
      'echo out; echo err >&2; for i in $(seq 3000); do echo "line $i"; done',
    );

    expect(new Set(lines.slice(0, 2))).toEqual(new Set(['out', 'err']));
    expect(lines).toHaveLength(3002);
    expect(lines.at(-1)).toBe('line 3000');
  });
}
