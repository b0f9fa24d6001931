/** Ways to greet. The demonstration changes one for the next, so that its push is seen in the answer. */
const greetings = ['Hello', 'Good day', 'Welcome', 'Greetings'] as const;

export interface Change {
  readonly from: string;
  readonly to: string;
}

/** Which greeting an answer holds and which comes next; undefined when it holds none. */
export function nextGreeting(answer: string): Change | undefined {
  const at = greetings.findIndex((greeting) => wordIn(greeting).test(answer));
  const from = greetings[at];
  const to = greetings[(at + 1) % greetings.length];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Program and test alike, or the pipeline would rightly turn red; documents stay as they are. */
const source = /\.(?:c|m)?[jt]sx?$|\.py$|\.html?$/;
export const isSource = (path: string): boolean => source.test(path);

/** A source with the greeting replaced; the same text when it does not hold it. */
export const withGreeting = (text: string, { from, to }: Change): string =>
  text.replace(new RegExp(wordIn(from).source, 'g'), to);

const wordIn = (greeting: string): RegExp => new RegExp(`\\b${greeting}\\b`);
