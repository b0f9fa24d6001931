import nunjucks from 'nunjucks';

// What the published types leave out. The version of nunjucks is exact; a change here fails hardening tests.

export interface SyntaxNode {
  readonly typename: string;
  readonly lineno: number;
  readonly colno: number;
  readonly [field: string]: unknown;
}

export interface RuntimeFrame {
  lookup(name: string): unknown;
}

export interface RuntimeContext {
  readonly ctx: Record<string, unknown>;
  readonly env: { readonly globals: Record<string, unknown> };
}

/** The functions that compiled templates call for everything they do. */
export interface Runtime {
  readonly memberLookup: (...args: readonly unknown[]) => unknown;
  readonly contextOrFrameLookup: (
    context: RuntimeContext,
    frame: RuntimeFrame,
    name: string,
  ) => unknown;
  readonly callWrap: (
    callee: unknown,
    name: string,
    context: unknown,
    args: readonly unknown[],
  ) => unknown;
  readonly suppressValue: (value: unknown, autoescape: boolean) => unknown;
  readonly fromIterator: (value: unknown) => unknown;
  /** Text that an `escape` has been through; an object of its own. */
  readonly SafeString: new (
    text: string,
  ) => { toString(): string };
}

type RootRender = (
  environment: unknown,
  context: unknown,
  frame: unknown,
  runtime: Runtime,
  done: unknown,
) => void;

export interface CompiledTemplate {
  rootRenderFunc: RootRender;
  render(context: object): string | null;
}

type Filter = (this: unknown, ...args: readonly unknown[]) => unknown;

export interface Environment {
  filters: Record<string, Filter>;
  tests: Record<string, unknown>;
  globals: Record<string, unknown>;
  extensions: Record<string, unknown>;
}

export interface EnvironmentOptions {
  readonly autoescape: false;
  readonly trimBlocks: boolean;
  readonly lstripBlocks: boolean;
  readonly tags: { readonly variableStart: string; readonly variableEnd: string };
}

interface Internals {
  readonly runtime: Runtime;
  readonly parser: {
    parse(text: string, extensions: readonly never[], options: EnvironmentOptions): SyntaxNode;
  };
  readonly nodes: {
    readonly Node: new (...args: readonly never[]) => SyntaxNode;
    readonly TemplateData: new (...args: readonly never[]) => SyntaxNode;
  };
  readonly Environment: new (loaders: readonly never[], options: EnvironmentOptions) => Environment;
  readonly Template: new (
    text: string,
    environment: Environment,
    name: string,
    eager: true,
  ) => CompiledTemplate;
  /** Patches parser and compiler for all until the function that it answers is called. */
  installJinjaCompat(): () => void;
}

/**
 * Loading nunjucks takes `String.prototype` as the prototype of its safe strings. V8 (11.3, of Node.js 20) keeps it as a
 * dictionary from then on and looks up every method of every string in the process at each call: `charCodeAt` in a loop
 * takes six times as long. A store to an object below it makes it fast again, for good.
 */
function withFastStrings<T>(loaded: T): T {
  const below = Object.create(String.prototype) as { stored?: boolean };
  below.stored = true;
  return loaded;
}

export const internals = withFastStrings(nunjucks as unknown as Internals);
