import { PltfError } from '@pltf/contracts';
import type { Git } from '../git/builtin/git-process.ts';

export interface PushedRef {
  readonly ref: string;
  readonly commit: string;
}

export type PushOutcome =
  | { readonly kind: 'pushed' }
  /** Somebody else pushed meanwhile: build upon that, and try again. */
  | { readonly kind: 'behind'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** The hosted side of a repository. Nothing is ever forced. */
export interface Remote {
  head(ref: string): Promise<string | undefined>;
  /** Brings a commit with all it needs. */
  fetch(ref: string): Promise<void>;
  push(refs: readonly PushedRef[]): Promise<ReadonlyMap<string, PushOutcome>>;
}

const usuallyWithinMs = 120_000;
/** How the end by a signal is told. */
const timedOut = -1;

export function remoteOf(
  git: Git,
  directory: string,
  url: string,
  timeoutMs = usuallyWithinMs,
): Remote {
  const run = async (verb: string, ...args: string[]) => {
    const all = ['--git-dir', directory, verb, ...args];
    const answer = await git({ args: all, accept: [1, 128, timedOut], timeoutMs });
    const late = `it gave no answer within ${timeoutMs / 1000} s`;
    const message = answer.code === timedOut ? `${late} ${answer.message}` : answer.message;
    return { ...answer, message, text: answer.out.toString('utf8') };
  };
  return {
    head: async (ref) => {
      const { code, text, message } = await run('ls-remote', '--quiet', '--', url, ref);
      if (code !== 0) throw failure(message);
      const line = text.split('\n').find((one) => one.endsWith(`\t${ref}`));
      return line?.split('\t')[0];
    },
    fetch: async (ref) => {
      const spec = `+${ref}:${ref}`;
      const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance'];
      const { code, message } = await run('fetch', ...options, '--', url, spec);
      if (code !== 0) throw failure(message);
    },
    push: async (refs) => {
      const specs = refs.map(({ ref, commit }) => `${commit}:${ref}`);
      const { text, message, code } = await run(
        'push',
        '--porcelain',
        '--no-verify',
        '--',
        url,
        ...specs,
      );
      const outcomes = new Map<string, PushOutcome>();
      for (const line of text.split('\n')) {
        const [flag = '', names = '', reason = ''] = line.split('\t');
        const ref = names.slice(names.indexOf(':') + 1);
        if (names.includes(':'))
          outcomes.set(ref, outcomeOf(flag, [reason.trim(), hostWords(message)].join(' ').trim()));
      }
      if (outcomes.size === 0 && code !== 0) throw failure(message);
      return outcomes;
    },
  };
}

function outcomeOf(flag: string, reason: string): PushOutcome {
  if (flag !== '!') return { kind: 'pushed' };
  const behind =
    /fetch first|non-fast-forward|stale info|cannot lock ref|failed to (?:update|lock)/;
  return { kind: behind.test(reason) ? 'behind' : 'refused', reason };
}

/** What the host itself says of a push: the words of its hooks and rules. */
const hostWords = (message: string): string =>
  message
    .split('\n')
    .flatMap((line) => /^remote: ?(.*\S)\s*$/.exec(line)?.[1] ?? [])
    .join(' ');

const refusal =
  /Authentication failed|could not read (?:Username|Password)|\b40[1345]\b|Permission denied|not found|does not appear to be a git repository|not allowed/i;

const notKnown = /Authentication failed|could not read (?:Username|Password)|\b401\b/i;

function failure(message: string): PltfError {
  const code = refusal.test(message)
    ? 'environment-repository-refused'
    : 'environment-repository-unreachable';
  const who = notKnown.test(message)
    ? 'the host asks who comes, and the credentials of the runtime are missing, wrong or have ended: '
    : '';
  const text = message.trim().slice(0, 500) || 'git gave no reason';
  return new PltfError(code, { detail: `${who}${text}` });
}

export const refused = (ref: string, reason: string): PltfError =>
  new PltfError('environment-repository-refused', {
    detail: `${ref}: ${reason.slice(0, 600) || 'the host gave no reason'}`,
  });
