import { afterAll, beforeAll } from 'vitest';
import type { WorkspacePlaces } from '../run-state.ts';
import { stepFiles } from '../step-files.ts';
import type { StepRunner, StepTask, TaskOutcome } from '../step-runner.ts';
import { createGitFixture, type GitFixture } from './git-fixture.ts';

/** A runner under test that can check out the fixture's repository. */
export interface ContractRunner {
  readonly runner: StepRunner;
  stop(): Promise<void>;
}

export type MakeContractRunner = (fixture: GitFixture) => Promise<ContractRunner>;

/** What the tests of the contract share; made when the first of them begins. */
export interface ContractBench {
  readonly runner: StepRunner;
  readonly fixture: GitFixture;
  /** A signal that never aborts. */
  wait(): AbortSignal;
  unique(word: string): string;
  /** Places of the workspace that was prepared last. */
  readonly places: WorkspacePlaces;
  prepared(places: WorkspacePlaces): void;
  /** The id of a new empty workspace. */
  workspace(): Promise<string>;
  bash(workspaceId: string, script: string, change?: Partial<StepTask>): StepTask;
  shell(
    workspaceId: string,
    script: string,
    change?: Partial<StepTask>,
  ): Promise<{ readonly outcome: TaskOutcome; readonly lines: readonly string[] }>;
  logOf(id: string): Promise<string[]>;
}

/** Makes the runner before the tests and stops it after them. */
export function contractBench(makeRunner: MakeContractRunner): ContractBench {
  let fixture: GitFixture;
  let made: ContractRunner;
  let places: WorkspacePlaces;
  let count = 0;
  const prefix = `contract-${process.pid}-${Date.now().toString(36)}`;
  beforeAll(async () => {
    fixture = createGitFixture({ 'hello.txt': 'hello\n', 'dir/deep.txt': 'deep\n' });
    made = await makeRunner(fixture);
  });
  afterAll(async () => {
    await made.stop();
    fixture[Symbol.dispose]();
  });
  const bench: ContractBench = {
    get runner() {
      return made.runner;
    },
    get fixture() {
      return fixture;
    },
    get places() {
      return places;
    },
    prepared: (made) => {
      places = made;
    },
    wait: () => new AbortController().signal,
    unique: (word) => `${prefix}-${word}-${(count += 1)}`,
    workspace: async () => {
      const id = bench.unique('workspace');
      places = await made.runner.prepare({ id, step: `${id}-prepare` }, bench.wait());
      return id;
    },
    bash: (workspaceId, script, change = {}) => ({
      id: bench.unique('task'),
      workspaceId,
      shell: ['bash', '-e', '{0}'],
      script,
      extension: 'sh',
      env: { PATH: places.path },
      workingDirectory: '.',
      timeoutMs: 20_000,
      files: stepFiles,
      ...change,
    }),
    shell: async (workspaceId, script, change = {}) => {
      const task = bench.bash(workspaceId, script, change);
      const outcome = await made.runner.run(task, bench.wait());
      return { outcome, lines: await bench.logOf(task.id) };
    },
    logOf: async (id) => {
      const lines: string[] = [];
      for await (const line of made.runner.log(id)) lines.push(line);
      return lines;
    },
  };
  return bench;
}
