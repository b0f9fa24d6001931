/** One option of a command. `texts` may be given several times. */
export interface Option {
  readonly type: 'flag' | 'text' | 'texts' | 'number';
  readonly summary: string;
  readonly short?: string;
  /** What stands for the value in help: `TEAM`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** One positional argument; `many` takes all that follow and is the last. */
export interface Argument {
  readonly summary: string;
  readonly optional?: true;
  readonly many?: true;
  readonly choices?: readonly string[];
  /** What shell completion offers. */
  readonly completes?: 'component';
}

export interface Example {
  readonly line: string;
  readonly does: string;
}

export type Group = 'begin' | 'make' | 'deliver' | 'look' | 'people' | 'tools';

/** A command as data: everything that parsing, help and completion need, without the code that runs it. */
export interface Definition {
  /** The words that call it, which are also its folder below `commands/`. */
  readonly path: readonly string[];
  readonly group: Group;
  readonly summary: string;
  readonly details?: string;
  readonly arguments?: Readonly<Record<string, Argument>>;
  readonly options?: Readonly<Record<string, Option>>;
  /** What follows `--`, as help shows it; without it nothing may follow. */
  readonly rest?: string;
  /** Every word after the path goes on unread (except `--help`). */
  readonly passesOn?: true;
  readonly examples: readonly Example[];
  readonly hidden?: true;
}

type OptionValue<O extends Option> = O['type'] extends 'flag'
  ? boolean
  : O['type'] extends 'texts'
    ? readonly string[]
    : (O['type'] extends 'number' ? number : string) | undefined;

type ArgumentValue<A extends Argument> = A extends { many: true }
  ? readonly string[]
  : A extends { optional: true }
    ? string | undefined
    : string;

type OptionsOf<D extends Definition> =
  D['options'] extends Readonly<Record<string, Option>>
    ? { readonly [K in keyof D['options']]: OptionValue<D['options'][K]> }
    : Readonly<Record<never, never>>;

type ArgumentsOf<D extends Definition> =
  D['arguments'] extends Readonly<Record<string, Argument>>
    ? { readonly [K in keyof D['arguments']]: ArgumentValue<D['arguments'][K]> }
    : Readonly<Record<never, never>>;

/** What the user typed, checked against the definition. */
export interface Invocation<D extends Definition> {
  readonly path: readonly string[];
  readonly arguments: ArgumentsOf<D>;
  readonly options: OptionsOf<D>;
  readonly rest: readonly string[];
}

export const define = <const D extends Definition>(definition: D): D => definition;

/** Values as parsing finds them, before they get the definition's types. */
export interface ParsedValues {
  readonly path: readonly string[];
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly options: Readonly<
    Record<string, string | number | boolean | readonly string[] | undefined>
  >;
  readonly rest: readonly string[];
}
