/**
 * What golden paths answer with, and what the demonstration makes of it: each phrase becomes the next one of its
 * round, so that every push is seen in the answer, also when the demonstration is shown again.
 */
const rounds: readonly (readonly string[])[] = [
  ['It works.', 'It works, changed by a push.', 'It works, changed once more.'],
  ['Hello', 'Good day', 'Welcome'],
];

export interface Change {
  readonly from: string;
  readonly to: string;
}

/** Which phrase an answer holds and which comes next; undefined when it holds none. */
export function nextPhrase(answer: string): Change | undefined {
  for (const round of rounds) {
    const at = round.findIndex((phrase) => answer.includes(phrase));
    const from = round[at];
    const to = round[(at + 1) % round.length];
    if (from !== undefined && to !== undefined) return { from, to };
  }
  return undefined;
}

/** Program and test alike, or the pipeline would rightly turn red; documents stay as they are. */
const source = /\.(?:c|m)?[jt]sx?$|\.py$|\.html?$/;
export const isSource = (path: string): boolean => source.test(path);

/** A source with the phrase replaced; the same text when it does not hold it. */
export const withPhrase = (text: string, { from, to }: Change): string => text.replaceAll(from, to);
