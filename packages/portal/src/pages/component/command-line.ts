/** A command line cut into arguments, or what is wrong with it. */
export type CommandLine =
  | { readonly argv: readonly string[]; readonly problem: undefined }
  | { readonly argv: readonly string[]; readonly problem: string };

/**
 * Splits as a shell would, with single and double quotes and backslashes, and nothing else: no variables,
 * no pipes, because no shell runs it.
 */
export function splitCommand(line: string): CommandLine {
  const argv: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else if (character === '\\' && quote !== "'") {
      at += 1;
      if (at >= line.length) return { argv, problem: 'The line ends with a backslash.' };
      word = (word ?? '') + line.charAt(at);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return { argv, problem: `A quote ${quote} is not closed.` };
  if (word !== undefined) argv.push(word);
  return { argv, problem: undefined };
}

/** Signs that a shell would act on; here they reach the program as they are, which may surprise. */
export const shellSigns = (argv: readonly string[]): readonly string[] =>
  argv.filter((word) => /^(?:\||\|\||&&|;|>|>>|<|&)$/.test(word) || /^\$[A-Za-z_{(]/.test(word));
