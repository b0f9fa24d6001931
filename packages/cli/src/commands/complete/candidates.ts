import type { Definition, Option } from '../../definition.ts';
import { globalOptions } from '../../global-options.ts';

/** What may stand where the cursor is: words, or names that only the platform knows. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'components' };

const words = (list: readonly string[]): Candidates => ({ kind: 'words', words: list });
const startsWith = (path: readonly string[], typed: readonly string[]) =>
  typed.every((word, at) => path[at] === word);

/** Candidates after the words typed so far; `before` are those in front of the one being typed. */
export function candidates(
  before: readonly string[],
  typing: string,
  definitions: readonly Definition[],
): Candidates {
  const shown = definitions.filter((each) => each.hidden !== true);
  const plain = before.filter((word) => !word.startsWith('-'));
  const command = shown.find(({ path }) => path.length <= plain.length && startsWith(plain, path));
  if (command === undefined) {
    const next = shown.filter(({ path }) => startsWith(path, plain));
    return words([...new Set(next.map(({ path }) => path[plain.length] ?? ''))]);
  }
  const options: Readonly<Record<string, Option>> = { ...command.options, ...globalOptions };
  const open = openOption(before.at(-1), options);
  if (open !== undefined) return words(open.choices ?? []);
  if (typing.startsWith('-')) return words(Object.keys(options).map((name) => `--${name}`));
  return argumentCandidates(command, before.slice(command.path.length), options);
}

/** The option that the word being typed is the value of. */
function openOption(
  word: string | undefined,
  options: Readonly<Record<string, Option>>,
): Option | undefined {
  const found = Object.entries(options).find(
    ([name, { short }]) => word === `--${name}` || (short !== undefined && word === `-${short}`),
  );
  return found === undefined || found[1].type === 'flag' ? undefined : found[1];
}

function argumentCandidates(
  command: Definition,
  after: readonly string[],
  options: Readonly<Record<string, Option>>,
): Candidates {
  const given = after.filter(
    (word, at) => !word.startsWith('-') && openOption(after[at - 1], options) === undefined,
  );
  const named = Object.values(command.arguments ?? {});
  const argument = named[given.length] ?? (named.at(-1)?.many === true ? named.at(-1) : undefined);
  if (argument?.completes === 'component') return { kind: 'components' };
  return words(argument?.choices ?? []);
}
