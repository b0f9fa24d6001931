import type { Checked, Finding } from './finding.ts';
import { sentence } from './sarif.ts';

/** The checks as JUnit's XML: a suite for each file, a case for each guardrail. */
export function junit(checked: readonly Checked[]): string {
  const suites = checked.map(suite);
  const sum = (key: 'tests' | 'failures' | 'skipped') =>
    suites.reduce((total, one) => total + one[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="pltf check" tests="${sum('tests')}" failures="${sum('failures')}" skipped="${sum('skipped')}">`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
  ].join('\n');
}

function suite({ file, plan, findings }: Checked) {
  const passed = new Set(plan.verdicts.map(({ guardrail }) => guardrail));
  for (const { rule } of findings) passed.delete(rule);
  const cases = [
    ...findings.map((finding) => testCase(file, finding)),
    ...[...passed].map(
      (rule) => `    <testcase classname="${escape(file)}" name="${escape(rule)}"/>`,
    ),
    ...(findings.length + passed.size === 0
      ? [`    <testcase classname="${escape(file)}" name="thin-file"/>`]
      : []),
  ];
  const failures = findings.filter(({ level }) => level === 'error').length;
  const skipped = findings.filter(({ level }) => level === 'note').length;
  const head = `  <testsuite name="${escape(`${file} ${plan.component}`.trim())}" tests="${cases.length}" failures="${failures}" skipped="${skipped}">`;
  const text = [head, ...cases, '  </testsuite>'].join('\n');
  return { text, tests: cases.length, failures, skipped };
}

/** Only what is denied fails; warnings are told in the output of a case that passes. */
function testCase(file: string, finding: Finding): string {
  const { rule, line, level } = finding;
  const said = `${finding.file}:${line}:${finding.column} ${sentence(finding)}`;
  const body = {
    error: `<failure type="${escape(rule)}" message="${escape(finding.message)}">${escape(said)}</failure>`,
    warning: `<system-out>${escape(said)}</system-out>`,
    note: `<skipped message="${escape(finding.message)}"/>`,
  }[level];
  return `    <testcase classname="${escape(file)}" name="${escape(rule)}" line="${line}">${body}</testcase>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** XML 1.0 has no place for control characters, escaped or not. */
const escape = (text: string): string =>
  text
    .replace(/[^\t\n\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\n\t]/g, (character) => entities[character] ?? character);
