import type { ExpressionTemplate, Template } from './template.ts';

/**
 * Splits text at its `${{ … }}`; quotes inside an expression may hold `}}`.
 *
 * The parser turns such text into one `format('…')` expression made from the raw source: with a block
 * scalar's indentation still in it, and with quotes that its own lexer reads back wrongly from the
 * second on. Scripts would arrive changed, so the text is split here instead.
 */
export function splitExpressions(text: string): Template {
  const parts: (string | ExpressionTemplate)[] = [];
  let literal = '';
  let position = 0;
  while (position < text.length) {
    const start = text.indexOf('${{', position);
    const end = start < 0 ? -1 : endOfExpression(text, start + 3);
    if (end < 0) break;
    literal += text.slice(position, start);
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ expression: text.slice(start + 3, end).trim() });
    position = end + 2;
  }
  literal += text.slice(position);
  if (parts.length === 0) return text;
  if (literal !== '') parts.push(literal);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { parts };
}

/** Where the closing braces begin, or -1. */
function endOfExpression(text: string, from: number): number {
  let quoted = false;
  for (let index = from; index < text.length - 1; index += 1) {
    if (text[index] === "'") quoted = !quoted;
    else if (!quoted && text[index] === '}' && text[index + 1] === '}') return index;
  }
  return -1;
}
