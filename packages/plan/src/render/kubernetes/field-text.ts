import type { FieldPath } from './explain-field.ts';

/** Mappings whose keys are text with dots: all that follows is one key. */
const mappings: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'selector',
  'data',
  'hard',
]);

/**
 * The path of a field as an API server writes it (`.spec.template.spec.containers[name="web"].image`), for
 * `explainField`. Which member of a list is meant plays no part there: it reads as the first one.
 */
export function readField(text: string): FieldPath {
  const path: (string | number)[] = [];
  let rest = text;
  while (rest !== '') {
    if (rest.startsWith('[')) {
      const end = endOfMember(rest);
      path.push(0);
      rest = rest.slice(end);
      continue;
    }
    const body = rest.slice(1);
    const last = path.at(-1);
    if (typeof last === 'string' && mappings.has(last) && !isMatchLabels(body))
      return [...path, body];
    const [name = ''] = /^[^.[]*/.exec(body) ?? [];
    path.push(name);
    rest = body.slice(name.length);
    if (name === '' && rest === body) return path;
  }
  return path;
}

/** A selector of a Service is a mapping; that of a workload holds one. */
const isMatchLabels = (rest: string): boolean =>
  /^match(?:Labels|Expressions)(?:[.[]|$)/.test(rest);

/** Behind the bracket that closes the first one; brackets in quotes do not count. */
function endOfMember(text: string): number {
  let quoted = false;
  for (let index = 1; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '\\') index += 1;
    else if (letter === '"') quoted = !quoted;
    else if (letter === ']' && !quoted) return index + 1;
  }
  return text.length;
}
