import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface GitClientRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A person's git: a folder of clones, with a configuration of its own. */
export interface GitClient extends AsyncDisposable {
  readonly folder: string;
  /** Runs git in a folder below; never throws. */
  run(folder: string, ...args: readonly string[]): Promise<GitClientRun>;
  /** The same, and its failure is one of the test. */
  git(folder: string, ...args: readonly string[]): Promise<string>;
  write(folder: string, files: Readonly<Record<string, string | undefined>>): Promise<void>;
  /** Writes, adds and commits; answers with the commit. */
  commit(
    folder: string,
    files: Readonly<Record<string, string | undefined>>,
    message?: string,
  ): Promise<string>;
}

export async function gitClient(): Promise<GitClient> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-git-client-'));
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_AUTHOR_NAME: 'Eve',
    GIT_AUTHOR_EMAIL: 'eve@example.com',
    GIT_COMMITTER_NAME: 'Eve',
    GIT_COMMITTER_EMAIL: 'eve@example.com',
  };
  const run = async (
    at: string,
    args: readonly string[],
    input?: string,
  ): Promise<GitClientRun> => {
    const child = spawn('git', args, { cwd: join(folder, at), env });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const code = await new Promise<number>((resolve) =>
      child.on('close', (exit) => resolve(exit ?? -1)),
    );
    return { code, out, err };
  };
  const sound = async (at: string, args: readonly string[], input?: string): Promise<string> => {
    const { code, out, err } = await run(at, args, input);
    if (code !== 0)
      throw new Error(`git ${args.join(' ').slice(0, 200)} ended with ${code}: ${err}`);
    return out.trim();
  };
  const write = async (
    at: string,
    files: Readonly<Record<string, string | undefined>>,
  ): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      const place = join(folder, at, path);
      await mkdir(dirname(place), { recursive: true });
      await (text === undefined ? rm(place) : writeFile(place, text));
    }
  };
  return {
    folder,
    run: (at, ...args) => run(at, args),
    git: (at, ...args) => sound(at, args),
    write,
    commit: async (at, files, message = 'change') => {
      await write(at, files);
      await sound(at, ['add', '-A']);
      await sound(at, ['commit', '-q', '--allow-empty', '-F', '-', '--cleanup=verbatim'], message);
      return sound(at, ['rev-parse', 'HEAD']);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
