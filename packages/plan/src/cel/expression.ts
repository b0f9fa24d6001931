import { celEnv, isCelError, isCelList, isCelMap, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { CelCompilation, CelOptions, CelResult } from './port.ts';

let environment: ReturnType<typeof celEnv> | undefined;

/** Parses an expression for many evaluations. Never throws. */
export function compileCel(text: string): CelCompilation {
  if (text.length > 16_384)
    return { ok: false, problems: [{ offset: 16_384, message: 'longer than 16,384 characters' }] };
  environment ??= celEnv({ funcs: [...strings] });
  try {
    const program = plan(environment, parse(text));
    const evaluate = (
      variables: Readonly<Record<string, unknown>>,
      options: CelOptions = {},
    ): CelResult => {
      try {
        const made = Object.entries(options.lazy ?? {}).map(([name, make]) => [name, make()]);
        const bound = { ...variables, ...Object.fromEntries(made) };
        const inputs = Object.entries(bound).map(([name, value]) => [name, toInput(value)]);
        const value: unknown = program(Object.fromEntries(inputs));
        if (isCelError(value))
          return { ok: false, reason: 'error', message: value.message, gas: 1 };
        return { ok: true, value: toJson(value), gas: 1 };
      } catch (error) {
        return { ok: false, reason: 'error', message: String(error), gas: 1 };
      }
    };
    return { ok: true, expression: { text, evaluate } };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [{ offset: 0, message }] };
  }
}

function toInput(value: unknown): unknown {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(toInput);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, member]) => [key, toInput(member)]));
  return value;
}

function toJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (isCelList(value)) return [...value].map(toJson);
  if (isCelMap(value))
    return Object.fromEntries([...value].map(([key, member]) => [String(key), toJson(member)]));
  return value;
}
