/** An expression that fails on its values: `&&`, `||`, `all` and `exists` may look past it, nothing else. */
export class CelFailure extends Error {}

/** The steps are used up: nothing looks past it. */
export class GasExhausted extends Error {}

/** The text is not an expression. */
export class CelSyntaxError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}
