import { type EnvironmentOptions, internals, type SyntaxNode } from './nunjucks-internals.ts';

/** Tags that read other templates or wait: there are none to read, and rendering never waits. */
const refusedTags: ReadonlyMap<string, string> = new Map([
  ['Include', 'include'],
  ['Import', 'import'],
  ['FromImport', 'from import'],
  ['Extends', 'extends'],
  ['AsyncEach', 'asyncEach'],
  ['AsyncAll', 'asyncAll'],
  ['IfAsync', 'ifAsync'],
]);

// Nunjucks pastes names into the JavaScript it makes and lets them hold quotes and backticks: `a"^f`x`^"` runs f.
const plainName = /^[\p{ID_Start}_$][\p{ID_Continue}$.]*$/u;

/** Parses a template and throws what is wrong with it, or would be unsafe to compile. */
export function checkedSyntax(text: string, options: EnvironmentOptions): SyntaxNode {
  const root = internals.parser.parse(text, [], options);
  checkNode(root);
  return root;
}

function checkNode(node: SyntaxNode): void {
  const refused = refusedTags.get(node.typename);
  if (refused !== undefined)
    throw syntaxError(node, `the tag \`${refused}\` is not available here`);
  if (node.typename === 'Symbol' && !plainName.test(String(node['value']))) {
    throw syntaxError(node, `\`${String(node['value'])}\` is not a name`);
  }
  if (node.typename === 'Is') checkTestName(node);
  for (const value of Object.values(node)) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (inner instanceof internals.nodes.Node) checkNode(inner);
    }
  }
}

/** `x is "name"` would paste the text unescaped. */
function checkTestName(node: SyntaxNode): void {
  const right = node['right'] as SyntaxNode;
  if (right.typename === 'Literal' && typeof right['value'] === 'string') {
    throw syntaxError(right, 'the name of a test is written without quotes');
  }
}

const syntaxError = (node: SyntaxNode, message: string): Error =>
  new Error(`[Line ${node.lineno + 1}, Column ${node.colno + 1}]\n  ${message}`);

/** Whether the text is one expression and nothing else: then its value keeps its type. */
export function isSingleExpression(root: SyntaxNode): boolean {
  const children = root['children'] as readonly SyntaxNode[];
  const inner = children[0]?.['children'] as readonly SyntaxNode[] | undefined;
  return children.length === 1 && !(inner?.[0] instanceof internals.nodes.TemplateData);
}
