import { spawn } from 'node:child_process';
import { PltfError } from '@pltf/contracts';

export interface GitRun {
  readonly args: readonly string[];
  readonly input?: Uint8Array | string;
  /** The first bytes are answer enough: git is ended when there are more. Without it, more is a failure. */
  readonly take?: number;
  /** Exit codes that are an answer, not a failure. */
  readonly accept?: readonly number[];
  /** Ended after as many milliseconds: for what goes over a network. */
  readonly timeoutMs?: number;
}

export interface GitAnswer {
  readonly code: number;
  readonly out: Buffer;
  /** There was more. */
  readonly cut: boolean;
  /** The first 16 KiB of what it said beside its answer. */
  readonly message: string;
}

/** Nothing of the machine's own git configuration or environment reaches a repository of the platform. */
const gitEnvironment = (path: string): NodeJS.ProcessEnv => ({
  PATH: path,
  HOME: '/nonexistent',
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
});

const maximumAnswer = 64 * 1024 * 1024;
const maximumMessage = 16 * 1024;

/** Real git: called with arguments, never through a shell; throws `git-failed` with git's own words. */
export interface Git {
  (run: GitRun): Promise<GitAnswer>;
  readonly environment: NodeJS.ProcessEnv;
}

/** The git found in `path` (a PATH); `more` is for its environment. */
export function gitProgram(path: string, more: NodeJS.ProcessEnv = {}): Git {
  const environment = { ...gitEnvironment(path), ...more };
  return Object.assign((run: GitRun) => runGit(run, environment), { environment });
}

async function runGit(run: GitRun, environment: NodeJS.ProcessEnv): Promise<GitAnswer> {
  const child = spawn('git', run.args, {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(run.timeoutMs === undefined ? {} : { timeout: run.timeoutMs }),
  });
  const limit = run.take ?? maximumAnswer;
  const out: Buffer[] = [];
  let bytes = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    if (bytes < limit) out.push(chunk.subarray(0, limit - bytes));
    bytes += chunk.length;
    if (bytes > limit) child.kill('SIGKILL');
  });
  let message = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (message.length < maximumMessage) message += text;
  });
  // Git may end before it has read everything; its exit says what that was about.
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.input);
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(
        new PltfError('git-failed', {
          detail: 'git could not be started',
          fix: 'Install git.',
          cause,
        }),
      ),
    );
    // What talks to the network for git may outlive it by minutes, and holds its pipes: nothing of that is waited for.
    child.on('exit', (_, signal) => {
      if (signal === null) return;
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on('close', (exit) => resolve(exit ?? -1));
  });
  const cut = bytes > limit;
  const answered = code === 0 || (cut && run.take !== undefined) || run.accept?.includes(code);
  if (answered !== true) throw failure(run.args, code, cut ? 'its answer is too large' : message);
  return { code: cut ? 0 : code, out: Buffer.concat(out), cut, message };
}

function failure(args: readonly string[], code: number, message: string): PltfError {
  const full = /No space left on device|Out of diskspace|disk quota exceeded/i.test(message);
  const verb = args.find((arg) => /^[a-z]/.test(arg)) ?? 'git';
  return new PltfError(full ? 'disk-full' : 'git-failed', {
    detail: `git ${verb} ended with ${code}: ${message.trim().slice(0, 500) || 'no message'}`,
  });
}
