// House rules that neither the linter nor the import graph can see, as pure functions of one file.
import ts from 'typescript';

/** The longest a function may be, in own lines: those of functions inside it are theirs. */
const longestFunction = 45;
/** A component's markup is long without being complicated. */
const longestComponent = 90;

const unwantedWords =
  /(?:^|[-./])(?:managers?|controllers?|helpers?|utils?|common|data|info)(?=[-./]|$)/;
const unwantedTypes = /(?:Manager|Controller|Helper|Utils?|Common|Info)s?$/;

const isTest = (path) => /\.test\.tsx?$|\/testing\//.test(path);
const isEntry = (path) => /\/src\/(?:[a-z-]+\/)?main\.tsx?$/.test(path);

/**
 * What one source file breaks.
 * @param {string} path relative to the root of the checkout, with forward slashes
 * @param {string} text
 * @returns {{ rule: string, line: number, message: string }[]}
 */
export function violationsOf(path, text) {
  const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
  const found = [];
  const report = (rule, position, message) => {
    found.push({ rule, line: file.getLineAndCharacterOfPosition(position).line + 1, message });
  };

  if (unwantedWords.test(path.replace(/\.[a-z.]+$/, '').replace(/^packages\/[^/]+\/src\//, ''))) {
    report('words', 0, 'this file is named for a kind of code, not for what it holds');
  }
  suppressions(text, report);
  if (isTest(path)) return found;

  if (!isEntry(path)) effects(file, report);
  const rules = [lengthRule(path, file, report), wordRule(report)];
  if (
    /^packages\/(?:server|agent)\/src\//.test(path) &&
    !/\/src\/(?:up\/)?config\.ts$/.test(path)
  ) {
    rules.push(environmentRule(report));
  }
  if (path.startsWith('packages/plan/src/')) rules.push(purityRule(report));
  if (path.startsWith('packages/server/src/')) rules.push(timeoutRule(report));
  const visit = (node) => {
    for (const rule of rules) rule(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function suppressions(text, report) {
  const pattern = /(?:oxlint|eslint)-disable[^\n]*|@ts-(?:expect-error|ignore|nocheck)[^\n]*/g;
  for (const match of text.matchAll(pattern)) {
    const [, reason = ''] = match[0].match(/(?:--|@ts-expect-error:?)\s*(.*?)(?:\*\/)?$/) ?? [];
    if (reason.trim().length < 10) {
      report('suppression-with-reason', match.index, 'say why on the line: `… -- <reason>`');
    }
  }
}

/** Statements at the top of a module that do something when it is imported. */
function effects(file, report) {
  for (const statement of file.statements) {
    const acts =
      ts.isExpressionStatement(statement) ||
      ts.isIfStatement(statement) ||
      ts.isIterationStatement(statement, false) ||
      ts.isTryStatement(statement);
    if (acts) {
      report('import-without-effect', statement.getStart(), 'importing this file does something');
    }
  }
}

function environmentRule(report) {
  const message = 'only config.ts reads the environment; take what you need as an argument';
  const isProcess = (node) =>
    node !== undefined && ts.isIdentifier(node) && node.text === 'process';
  return (node) => {
    const reads =
      (ts.isPropertyAccessExpression(node) &&
        isProcess(node.expression) &&
        node.name.text === 'env') ||
      (ts.isElementAccessExpression(node) && isProcess(node.expression)) ||
      (ts.isVariableDeclaration(node) &&
        isProcess(node.initializer) &&
        ts.isObjectBindingPattern(node.name)) ||
      (ts.isImportDeclaration(node) &&
        ts.isStringLiteral(node.moduleSpecifier) &&
        /^(?:node:)?process$/.test(node.moduleSpecifier.text) &&
        /\benv\b/.test(node.importClause?.getText() ?? ''));
    if (reads) report('environment-only-in-config', node.getStart(), message);
  };
}

/** Among other signals such a timeout is collected as garbage, and what waits for it never ends. */
function timeoutRule(report) {
  return (node) => {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'AbortSignal.timeout')
      report('timeouts-that-end', node.getStart(), 'take `within` of the kernel');
  };
}

function purityRule(report) {
  const impure = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate']);
  const isCallOf = (node, object, name) =>
    ts.isPropertyAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === object &&
    (name === undefined || node.name.text === name);
  return (node) => {
    const asks =
      (ts.isNewExpression(node) &&
        node.expression.getText() === 'Date' &&
        (node.arguments?.length ?? 0) === 0) ||
      isCallOf(node, 'Date', 'now') ||
      isCallOf(node, 'Math', 'random') ||
      isCallOf(node, 'performance') ||
      isCallOf(node, 'process') ||
      (ts.isCallExpression(node) &&
        ts.isIdentifier(node.expression) &&
        impure.has(node.expression.text));
    if (asks) report('pure-sources', node.getStart(), 'time, chance and I/O come in as arguments');
  };
}

function wordRule(report) {
  return (node) => {
    const declares =
      ts.isInterfaceDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isTypeAliasDeclaration(node);
    if (declares && node.name !== undefined && unwantedTypes.test(node.name.text)) {
      report('words', node.getStart(), `\`${node.name.text}\`: name it for what it does or holds`);
    }
  };
}

function lengthRule(path, file, report) {
  const longest = path.endsWith('.tsx') ? longestComponent : longestFunction;
  const lineOf = (position) => file.getLineAndCharacterOfPosition(position).line;
  const spanOf = (node) => lineOf(node.getEnd()) - lineOf(node.getStart()) + 1;
  const nestedLines = (node) => {
    let lines = 0;
    ts.forEachChild(node, (child) => {
      lines += isFunction(child) ? Math.max(0, spanOf(child) - 1) : nestedLines(child);
    });
    return lines;
  };
  return (node) => {
    if (!isFunction(node) || spanOf(node) <= longest) return;
    const own = spanOf(node) - nestedLines(node);
    if (own > longest) {
      report(
        'function-length',
        node.getStart(),
        `${own} lines of its own; ${longest} is the limit`,
      );
    }
  };
}

function isFunction(node) {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}
