import type { Option } from './definition.ts';

/** Options that every command takes. */
export const globalOptions = {
  json: { type: 'flag', summary: 'Answer in JSON: one document, or one a line for streams' },
  yes: { type: 'flag', short: 'y', summary: 'Do not ask' },
  url: { type: 'text', value: 'URL', summary: 'Another platform than the one signed in to' },
  token: { type: 'text', value: 'TOKEN', summary: 'Another token than the stored one' },
  help: { type: 'flag', short: 'h', summary: 'Show this' },
} as const satisfies Readonly<Record<string, Option>>;

/** Whether a word is one of the options that every command takes. */
export const isGlobal = (word: string): boolean =>
  Object.entries(globalOptions).some(
    ([name, option]) =>
      word === `--${name}` ||
      word.startsWith(`--${name}=`) ||
      ('short' in option && word === `-${option.short}`),
  );

/** Whether a global option's value is the next word. */
export const takesValue = (word: string): boolean =>
  Object.entries(globalOptions).some(
    ([name, option]) => option.type === 'text' && word === `--${name}`,
  );
