/** A name in the text of an expression, outside of strings and comments. */
export interface NameInExpression {
  readonly name: string;
  readonly offset: number;
  /** `.name`: a field, not a variable. */
  readonly isField: boolean;
  /** `name(`: a function or a macro. */
  readonly isCall: boolean;
}

const token =
  /(?<comment>\/\/[^\n]*)|(?<text>[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))|(?<quoted>`[^`\n]*`)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>[0-9][A-Za-z0-9_.]*)/g;

/** The names of an expression in their order. Understands texts, comments and numbers; not what the names mean. */
export function namesIn(text: string): readonly NameInExpression[] {
  const found: NameInExpression[] = [];
  for (const match of text.matchAll(token)) {
    const name = match.groups?.['name'];
    if (name === undefined) continue;
    const before = text.slice(0, match.index).trimEnd();
    const after = text.slice(match.index + name.length).trimStart();
    const isField = before.endsWith('.') || before.endsWith('.?');
    found.push({ name, offset: match.index, isField, isCall: after.startsWith('(') });
  }
  return found;
}

/** Names that macros bind: `x` in `list.all(x, …)`, `i` and `x` in `list.all(i, x, …)`. */
export function boundNames(text: string): ReadonlySet<string> {
  const macro =
    /\.\s*(?:all|exists|exists_one|existsOne|map|filter|transformList|transformMap|transformMapEntry|optMap|optFlatMap)\s*\(\s*([A-Za-z_]\w*)\s*,(?:\s*([A-Za-z_]\w*)\s*,)?/g;
  const names = [...text.matchAll(macro)].flatMap(([, first, second]) => [first, second]);
  return new Set(names.filter((name) => name !== undefined));
}

/** The names of `variables.NAME` that an expression reads. */
export function variablesIn(
  text: string,
): readonly { readonly name: string; readonly offset: number }[] {
  const names = namesIn(text);
  return names.flatMap(({ name, isField, offset }, index) => {
    const next = names[index + 1];
    const reads = name === 'variables' && !isField && next?.isField === true;
    return reads && /^\s*\.\s*$/.test(text.slice(offset + name.length, next.offset)) ? [next] : [];
  });
}

/** Puts a text of its own in the place of variables like `now`; fields and texts of the same name stay. */
export function replaceNames(text: string, by: Readonly<Record<string, string>>): string {
  let replaced = '';
  let from = 0;
  for (const { name, offset, isField, isCall } of namesIn(text)) {
    const other = isField || isCall || !Object.hasOwn(by, name) ? undefined : by[name];
    if (other === undefined) continue;
    replaced += text.slice(from, offset) + other;
    from = offset + name.length;
  }
  return replaced + text.slice(from);
}

/** Puts the expressions of variables, in brackets, in the place of `variables.NAME`. */
export function inlineVariables(
  text: string,
  definitions: Readonly<Record<string, string>>,
): string {
  let inlined = '';
  let from = 0;
  const names = namesIn(text);
  for (const [index, { name, offset, isField }] of names.entries()) {
    const next = names[index + 1];
    if (name !== 'variables' || isField || next?.isField !== true) continue;
    const definition = Object.hasOwn(definitions, next.name) ? definitions[next.name] : undefined;
    if (definition === undefined) continue;
    inlined += `${text.slice(from, offset)}(${inlineVariables(definition, definitions)})`;
    from = next.offset + next.name.length;
  }
  return inlined + text.slice(from);
}

/** The paths below `object` that an expression reads, as keys; an empty path is all of it. */
export function objectPathsIn(text: string): readonly (readonly string[])[] {
  return namesIn(text)
    .filter(({ name, isField }) => name === 'object' && !isField)
    .map(({ offset, name }) => keysAfter(text.slice(offset + name.length)));
}

const step =
  /^\s*(?:\.\s*\??\s*([A-Za-z_]\w*)(?!\w|\s*\()|\[\s*\??\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\])/;

function keysAfter(rest: string): readonly string[] {
  const keys: string[] = [];
  let left = rest;
  for (let match = step.exec(left); match !== null; match = step.exec(left)) {
    keys.push(match[1] ?? match[2] ?? match[3] ?? '');
    left = left.slice(match[0].length);
  }
  return keys;
}
