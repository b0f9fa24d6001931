import { compileCel } from './expression.ts';
import { firstVersion, foreign, later, versionOf } from './kubernetes/versions.ts';
import type { CelLint } from './port.ts';
import type { Call, CelNode } from './syntax/node.ts';
import { parseCel } from './syntax/parser.ts';
import { typeName } from './values/cel-value.ts';
import { CelSyntaxError } from './values/failure.ts';

/** What was found so far; `never` once no Kubernetes evaluates the expression. */
interface Findings {
  version: string;
  never: boolean;
  readonly notes: Set<string>;
}

/** Says which Kubernetes first evaluates the same text, and what in it none does or reads differently. Never throws. */
export function lintCel(text: string): CelLint {
  const findings: Findings = { version: firstVersion, never: false, notes: new Set() };
  const compiled = compileCel(text);
  try {
    if (compiled.ok || compiled.problems.some(({ message }) => message.startsWith('there is no ')))
      visit(parseCel(text), findings);
  } catch (error) {
    if (!(error instanceof CelSyntaxError)) throw error;
  }
  if (!compiled.ok) {
    findings.never = true;
    if (findings.notes.size === 0)
      for (const { message } of compiled.problems) findings.notes.add(message);
  }
  return {
    kubernetes: findings.never ? undefined : findings.version,
    notes: [...findings.notes],
  };
}

function needs(findings: Findings, version: string): void {
  findings.version = later(findings.version, version);
}

function refuse(findings: Findings, note: string): void {
  findings.never = true;
  findings.notes.add(note);
}

/** Looks at a node and all below it, without recursion: how deep a text nests is the parser's business. */
function visit(root: CelNode, findings: Findings): void {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    inspect(node, findings);
    pending.push(...partsOf(node));
  }
}

function partsOf(node: CelNode): readonly CelNode[] {
  switch (node.kind) {
    case 'constant':
    case 'name':
      return [];
    case 'select':
      return [node.operand];
    case 'index':
      return [node.operand, node.key];
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args];
    case 'and':
    case 'or':
      return node.terms;
    case 'if':
      return [node.test, node.yes, node.no];
    case 'list':
      return node.items.map(({ value }) => value);
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'fold':
      return [node.range, node.body, ...(node.where === undefined ? [] : [node.where])];
    case 'within':
      return [node.target, node.body];
  }
}

function inspect(node: CelNode, findings: Findings): void {
  switch (node.kind) {
    case 'name':
      inspectName(node.name, findings);
      return;
    case 'select':
      if (node.how === 'optional') needs(findings, '1.28');
      inspectField(node.field, findings);
      return;
    case 'index':
      if (node.optional) needs(findings, '1.28');
      return;
    case 'call':
      inspectCall(node, findings);
      return;
    case 'list':
      inspectLiteral(node.items, 'list', findings);
      return;
    case 'map':
      inspectLiteral(node.entries, 'map', findings);
      return;
    case 'fold':
      if (node.names.length > 1 || node.fold.startsWith('transform')) needs(findings, '1.32');
      return;
    case 'within':
      needs(findings, '1.28');
      return;
    default:
  }
}

function inspectName(name: string, findings: Findings): void {
  if (name === 'now')
    findings.notes.add('Kubernetes has no now: it is resolved when the policy is rendered');
  if (name === 'authorizer')
    findings.notes.add('authorizer exists in a cluster alone, and has no value here');
}

function inspectField(field: string, findings: Findings): void {
  if (!/^[_a-zA-Z]\w*$/.test(field))
    refuse(findings, `Kubernetes has no names in back quotes: write ['${field}']`);
  else if (/__(?:dash|dot|slash|underscores)__/.test(field))
    findings.notes.add(
      `${field} is the escaped name of rules inside a definition: admission policies read the name as it is, ['…']`,
    );
}

function inspectCall(node: Call, findings: Findings): void {
  const space = node.target === undefined ? undefined : spaceOf(node.target);
  const hint = space === undefined || !Object.hasOwn(foreign, space) ? undefined : foreign[space];
  if (hint !== undefined) {
    refuse(findings, `Kubernetes has no ${space}.${node.name}(): ${hint}`);
    return;
  }
  const whole = space === undefined ? node.name : `${space}.${node.name}`;
  needs(findings, later(versionOf(whole), versionOf(node.name)));
  if (node.name === 'reverse') findings.notes.add('Kubernetes reverses lists, not text');
  if (isComparison(node.name) && node.args.some(isDouble)) needs(findings, '1.28');
}

function spaceOf(node: CelNode | undefined): string | undefined {
  return node?.kind === 'name' ? node.name : undefined;
}

const isComparison = (name: string): boolean => /^_(?:<|<=|>|>=|==|!=)_$/.test(name);
const isDouble = (node: CelNode): boolean =>
  node.kind === 'constant' && typeof node.value === 'number';

/** Kubernetes refuses a literal whose values are of different types, also where nothing would depend on them. */
function inspectLiteral(
  items: readonly { readonly value: CelNode; readonly optional: boolean }[],
  what: string,
  findings: Findings,
): void {
  if (items.some(({ optional }) => optional)) needs(findings, '1.28');
  const kinds = new Set(
    items.map(({ value }) => kindOf(value)).filter((kind) => kind !== undefined),
  );
  if (kinds.size > 1)
    refuse(
      findings,
      `Kubernetes refuses a ${what} of ${[...kinds].sort().join(' and ')}: put the values into dyn()`,
    );
}

/** The type that a node has whatever the variables hold. */
function kindOf(node: CelNode): string | undefined {
  if (node.kind === 'constant') return typeName(node.value);
  if (node.kind === 'list' || node.kind === 'map') return node.kind;
  if (node.kind === 'and' || node.kind === 'or') return 'bool';
  return node.kind === 'call' && isComparison(node.name) ? 'bool' : undefined;
}
