import type { Command } from './command.ts';
import { takesValue } from './global-options.ts';

const startsWith = (path: readonly string[], words: readonly string[]) =>
  words.every((word, at) => path[at] === word);

export interface Split {
  readonly words: readonly string[];
  readonly command: Command | undefined;
  /** Global options that stood before the command, then everything after it. */
  readonly others: readonly string[];
  readonly unknown?: string;
}

/** Finds the command: its words come first, only global options may stand before or between them. */
export function split(argv: readonly string[], commands: readonly Command[]): Split {
  const words: string[] = [];
  const before: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word.startsWith('-')) {
      before.push(word);
      const value = argv[at + 1];
      if (takesValue(word) && value !== undefined) {
        before.push(value);
        at += 1;
      }
      continue;
    }
    words.push(word);
    const group = commands.filter((each) => startsWith(each.definition.path, words));
    const command = group.find((each) => each.definition.path.length === words.length);
    const next = argv[at + 1];
    const further =
      next !== undefined && group.some((each) => each.definition.path[words.length] === next);
    // `plan` is a command, and so is `plan create`.
    if (command !== undefined && !further)
      return { words, command, others: [...before, ...argv.slice(at + 1)] };
    if (group.length === 0) {
      return { words: words.slice(0, -1), command: undefined, others: before, unknown: word };
    }
  }
  return { words, command: undefined, others: before };
}

/** The words that may come after these. */
export function nextWords(words: readonly string[], commands: readonly Command[]): string[] {
  const next = commands
    .filter(({ definition }) => definition.hidden !== true && startsWith(definition.path, words))
    .map(({ definition }) => definition.path[words.length] ?? '');
  return [...new Set(next)];
}
