import type { ErrorItem, Guardrail } from '@pltf/contracts';
import { compileCel } from '../cel/index.ts';
import { nearest } from '../nearest.ts';
import type { YamlPlaces } from '../yaml-text.ts';
import { boundNames, namesIn, variablesIn } from './expression-names.ts';

type Report = (
  path: readonly PropertyKey[],
  message: string,
  fix?: string,
  offset?: number,
) => void;

interface Text {
  readonly path: readonly PropertyKey[];
  readonly text: string;
  /** Names of variables that it may read; undefined where Kubernetes has none. */
  readonly variables: readonly string[] | undefined;
}

/** What the shape of a guardrail allows and none can have. */
export function guardrailProblems(guardrail: Guardrail, places: YamlPlaces): readonly ErrorItem[] {
  const problems: ErrorItem[] = [];
  const report: Report = (path, message, fix, offset) => {
    const where = offset === undefined ? places.value(path) : places.inside(path, offset);
    problems.push({ where, message, ...(fix === undefined ? {} : { fix }) });
  };
  for (const text of textsOf(guardrail)) checkText(text, report);
  checkNames(guardrail, report);
  checkDay(guardrail, report);
  checkRemedy(guardrail, report);
  checkCases(guardrail, report);
  return problems;
}

function textsOf({ spec }: Guardrail): readonly Text[] {
  const all = spec.variables.map(({ name }) => name);
  const optional = (path: readonly PropertyKey[], text: string | undefined): readonly Text[] =>
    text === undefined ? [] : [{ path, text, variables: all }];
  return [
    ...spec.match.conditions.map(({ expression }, index) => ({
      path: ['spec', 'match', 'conditions', index, 'expression'],
      text: expression,
      variables: undefined,
    })),
    ...spec.variables.map(({ expression }, index) => ({
      path: ['spec', 'variables', index, 'expression'],
      text: expression,
      variables: all.slice(0, index),
    })),
    ...spec.validations.flatMap((validation, index) => {
      const path = ['spec', 'validations', index];
      return [
        ...optional([...path, 'expression'], validation.expression),
        ...optional([...path, 'messageExpression'], validation.messageExpression),
        ...optional([...path, 'breaking'], validation.breaking),
      ];
    }),
    ...spec.remedy.changes.flatMap(({ expression }, index) =>
      optional(['spec', 'remedy', 'changes', index, 'expression'], expression),
    ),
  ];
}

const inputs = ['object', 'oldObject', 'now', 'params', 'variables'];
const notPortable = new Set(['request', 'authorizer', 'namespaceObject']);
const types = new Set([
  ...['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'type', 'null_type'],
  ...['true', 'false', 'null', 'in', 'dyn', 'timestamp', 'duration', 'optional', 'optional_type'],
  ...['math', 'sets', 'strings', 'lists', 'base64', 'cel', 'format', 'google', 'ip', 'cidr'],
]);

function checkText({ path, text, variables }: Text, report: Report): void {
  const compilation = compileCel(text);
  if (!compilation.ok) {
    for (const { message, offset } of compilation.problems)
      report(path, `this is no CEL expression: ${message}`, undefined, offset);
    return;
  }
  const bound = boundNames(text);
  for (const { name, isField, isCall, offset } of namesIn(text)) {
    if (isField || isCall || inputs.includes(name) || types.has(name) || bound.has(name)) continue;
    const meant = nearest(name, [...inputs, ...bound]);
    const fix = notPortable.has(name)
      ? 'A guardrail is looked at on laptops too, where nobody asks a cluster.'
      : `${meant === undefined ? 'There' : `Did you mean \`${meant}\`? There`} are ${inputs.join(', ')}.`;
    report(path, `nothing is called \`${name}\` here`, fix, offset);
  }
  for (const { name, offset } of variablesIn(text)) {
    if (variables?.includes(name) === true) continue;
    const message = `\`variables.${name}\` is not there`;
    report(path, message, variableRemedy(name, variables), offset);
  }
}

function variableRemedy(name: string, variables: readonly string[] | undefined): string {
  if (variables === undefined)
    return 'Conditions come before variables: write the expression out, or move it to a validation.';
  const meant = nearest(name, variables);
  if (meant !== undefined) return `Did you mean \`${meant}\`?`;
  return `There are: ${variables.join(', ') || 'none'}; a variable reads only those above it.`;
}

function checkNames({ spec }: Guardrail, report: Report): void {
  const reserved = new Set(['now', 'params']);
  for (const [index, { name }] of spec.variables.entries()) {
    const path = ['spec', 'variables', index, 'name'];
    if (reserved.has(name)) report(path, `\`${name}\` is there already`, 'Name it otherwise.');
    if (spec.variables.findIndex((other) => other.name === name) < index)
      report(path, `there are two variables \`${name}\``, 'Keep one.');
  }
  const { conditions } = spec.match;
  for (const [index, { name }] of conditions.entries()) {
    if (conditions.findIndex((other) => other.name === name) < index)
      report(
        ['spec', 'match', 'conditions', index, 'name'],
        `there are two conditions \`${name}\``,
      );
  }
}

function checkDay({ spec }: Guardrail, report: Report): void {
  if (spec.enforceFrom === undefined || spec.mode === 'enforce') return;
  const fix = 'Write `mode: enforce`; until that day it only warns.';
  report(['spec', 'enforceFrom'], `enforceFrom says nothing with \`mode: ${spec.mode}\``, fix);
}

function checkRemedy({ spec }: Guardrail, report: Report): void {
  for (const [index, { value, expression }] of spec.remedy.changes.entries()) {
    if (value === undefined || expression === undefined) continue;
    const path = ['spec', 'remedy', 'changes', index];
    report(path, 'a change has a value and an expression', 'Keep one of the two.');
  }
}

function checkCases({ spec }: Guardrail, report: Report): void {
  for (const verdict of ['pass', 'fail'] as const) {
    if (spec.cases.some((one) => one.verdict === verdict)) continue;
    const fix = 'A guardrail shows what it lets through and what it stops.';
    report(['spec', 'cases'], `no case has the verdict \`${verdict}\``, fix);
  }
  for (const [index, { object }] of spec.cases.entries()) {
    const isObject = typeof object === 'object' && object !== null && !Array.isArray(object);
    if (isObject) continue;
    report(['spec', 'cases', index, 'object'], 'the object of a case is no object');
  }
}
