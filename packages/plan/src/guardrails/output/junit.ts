import type { Verdict } from '@pltf/contracts';
import { levelOf, sentenceOf, wellFormed } from './place.ts';

/**
 * JUnit XML: a suite for each placement, a test case for each guardrail. Denials and errors fail, exceptions are
 * skipped with their reason, warnings pass and are told in the case's output.
 */
export function verdictsToJunit(verdicts: readonly Verdict[]): string {
  const subjects = [...new Set(verdicts.map(({ subject }) => subject))];
  const suites = subjects.map((subject) =>
    suiteOf(
      subject,
      verdicts.filter((verdict) => verdict.subject === subject),
    ),
  );
  const { tests, failures, errors, skipped } = countsOf(verdicts);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pltf guardrails" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n${suites.join('')}</testsuites>\n`;
}

function countsOf(verdicts: readonly Verdict[]) {
  const of = (state: Verdict['state']): number =>
    verdicts.filter((verdict) => verdict.state === state).length;
  return {
    tests: verdicts.length,
    failures: of('deny'),
    errors: verdicts.filter(({ state, mode }) => state === 'error' && mode === 'enforce').length,
    skipped: of('excepted'),
  };
}

function suiteOf(subject: string, verdicts: readonly Verdict[]): string {
  const { tests, failures, errors, skipped } = countsOf(verdicts);
  const cases = verdicts.map((verdict) => caseOf(verdict)).join('');
  return `  <testsuite name="${xml(subject)}" tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}">\n${cases}  </testsuite>\n`;
}

function caseOf(verdict: Verdict): string {
  const { guardrail, subject, where, title } = verdict;
  const place = where === undefined ? '' : ` file="${xml(where)}"`;
  const open = `    <testcase classname="${xml(subject)}" name="${xml(`${guardrail}: ${title}`)}"${place}`;
  const told = outcomeOf(verdict);
  return told === '' ? `${open}/>\n` : `${open}>\n      ${told}\n    </testcase>\n`;
}

function outcomeOf(verdict: Verdict): string {
  const text = xml(sentenceOf(verdict));
  const message = xml(verdict.message ?? verdict.title);
  if (verdict.state === 'deny')
    return `<failure type="${xml(verdict.severity)}" message="${message}">${text}</failure>`;
  if (verdict.state === 'error' && verdict.mode === 'enforce')
    return `<error type="${xml(verdict.severity)}" message="${message}">${text}</error>`;
  if (verdict.state === 'excepted') return `<skipped message="${text}"/>`;
  return levelOf(verdict) === 'none' ? '' : `<system-out>${text}</system-out>`;
}

/** For texts and attributes alike; what XML cannot hold at all becomes U+FFFD. */
function xml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return wellFormed(text)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(
      /[&<>"'\t\n\r\u007f-\u009f\u2028\u2029]/g,
      (char) => named[char] ?? `&#${char.charCodeAt(0)};`,
    );
}
