import type { SourceCommit } from '@pltf/plan/render';
import { gitProgram } from '../../../git/builtin/git-process.ts';

export interface SourceCommitsOptions {
  /** The bare repository of a component on this machine. */
  readonly directory: (component: string) => string;
  /** Its address, for people and tools. */
  readonly address: (component: string) => string;
  /** A PATH to find git in. */
  readonly path: string;
}

const format = '%an%x00%ae%x00%aI%x00%s%x00%b';

/** Reads who made a commit of a component, when and why; undefined when its repository does not have it. */
export function sourceCommits({ directory, address, path }: SourceCommitsOptions) {
  const git = gitProgram(path);
  return async (component: string, sha: string): Promise<SourceCommit | undefined> => {
    if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha)) return undefined;
    const args = [
      '--git-dir',
      directory(component),
      'show',
      '--no-patch',
      `--format=${format}`,
      sha,
    ];
    const { code, out } = await git({ args, accept: [1, 128] });
    if (code !== 0) return undefined;
    const [name = '', email = '', date = '', subject = '', body = ''] = out
      .toString('utf8')
      .split('\0');
    return {
      ...{ sha, repository: address(component), author: { name, email } },
      ...{ date, subject, body: body.trim() },
    };
  };
}
