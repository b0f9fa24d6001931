import type { ObjectReader } from '@actions/workflow-parser/templates/object-reader';
import type { MappingToken, SequenceToken } from '@actions/workflow-parser/templates/tokens/index';
import type { LiteralToken } from '@actions/workflow-parser/templates/tokens/literal-token';
import { isString } from '@actions/workflow-parser/templates/tokens/type-guards';
import { workflowLimits } from './workflow-limits.ts';
import type { YamlEvent } from './yaml-document.ts';

/** Hands the events of a YAML document to GitHub's template reader. */
export function createObjectReader(events: readonly YamlEvent[]): ObjectReader {
  let position = 0;
  const take = <Type extends YamlEvent['type']>(type: Type) => {
    const event = events[position];
    if (event?.type !== type) return undefined;
    position += 1;
    return event as Extract<YamlEvent, { readonly type: Type }>;
  };
  return {
    allowLiteral: (): LiteralToken | undefined => {
      const token = take('literal')?.token;
      if (token !== undefined) refuseTooManyExpressions(token);
      return token;
    },
    allowSequenceStart: (): SequenceToken | undefined => take('sequence')?.token,
    allowSequenceEnd: () => take('sequence-end') !== undefined,
    allowMappingStart: (): MappingToken | undefined => take('mapping')?.token,
    allowMappingEnd: () => take('mapping-end') !== undefined,
    validateStart: () => undefined,
    validateEnd: () => undefined,
  };
}

function refuseTooManyExpressions(token: LiteralToken): void {
  if (!isString(token) || !token.value.includes('${{')) return;
  const count = token.value.split('${{').length - 1;
  if (count <= workflowLimits.expressionsInScalar) return;
  const place = token.range === undefined ? '' : ` (line ${token.range.start.line})`;
  throw new Error(
    `More than ${workflowLimits.expressionsInScalar} expressions in one value${place}`,
  );
}
