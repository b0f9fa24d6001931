import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getConformanceSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { conformance } from '../../packages/plan/src/cel/conformance.ts';
import { celValue, compileCel } from '../../packages/plan/src/cel/index.ts';
import {
  runGatekeeperSuite,
  runKyvernoTest,
  type SuiteCase,
} from '../../packages/plan/src/policy-suites/index.ts';
import type { Figure } from '../figure.ts';
import { ordinaryExpressions, ordinaryPlacement } from '../policy/expressions.ts';
import type { Group } from './group.ts';

const coreBar = 1071;
const optionalsBar = 55;
const gatekeeperBar = 131;
const kyvernoBar = 1292;
/** What `time.now()` is to the suites, of which one compares it with dates of images. */
const suiteDay = new Date('2026-01-01T00:00:00Z');

/** What the CEL engine gets right of suites that others wrote, and what an evaluation takes. */
export const policy: Group = {
  name: 'policy',
  longestMs: 120_000,
  measure: ({ rounds, corpora }, signal) => {
    const counts = conformance(getConformanceSuite());
    signal.throwIfAborted();
    const figures = [
      counted('CEL conformance, core vectors', counts.core, coreBar),
      counted('CEL conformance, optionals', counts.optionals, optionalsBar),
      evaluation(rounds),
    ];
    if (corpora !== undefined) figures.push(...suites(corpora));
    const [first] = figures;
    if (corpora === undefined && first !== undefined)
      figures[0] = {
        ...first,
        notes: [
          ...(first.notes ?? []),
          'suites of Gatekeeper and Kyverno not measured: no corpora',
        ],
      };
    return Promise.resolve(figures);
  },
};

function counted(
  name: string,
  { passed, of }: { readonly passed: number; readonly of: number },
  bar: number,
): Figure {
  return {
    name,
    unit: 'cases',
    samples: [passed],
    bar: { kind: 'at-least', value: bar },
    notes: [`${passed} of ${of}`],
  };
}

/** Microseconds of one evaluation, over a placement that was made ready once for all expressions. */
function evaluation(rounds: number): Figure {
  const expressions = ordinaryExpressions.map((text) => {
    const compiled = compileCel(text);
    if (!compiled.ok) throw new Error(`${text}: ${compiled.problems[0]?.message}`);
    return compiled.expression;
  });
  const evaluateAll = (): void => {
    const object = celValue(ordinaryPlacement);
    for (const expression of expressions)
      if (!expression.evaluate({ object }).ok) throw new Error(`fails: ${expression.text}`);
  };
  const times = 2000;
  for (let count = 0; count < times; count += 1) evaluateAll();
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const since = performance.now();
    for (let count = 0; count < times; count += 1) evaluateAll();
    samples.push(((performance.now() - since) * 1000) / times / expressions.length);
  }
  return {
    name: 'one guardrail expression',
    unit: 'µs',
    samples,
    bar: { kind: 'at-most', value: 30 },
    notes: [`a mean over ${expressions.length} expressions, each object converted once for all`],
  };
}

/** Runs the suites of checkouts `gatekeeper-library` and `policies` below a folder. */
function suites(corpora: string): readonly Figure[] {
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  };
  const gatekeeper = filesNamed(join(corpora, 'gatekeeper-library', 'library'), 'suite.yaml');
  const kyverno = filesNamed(join(corpora, 'policies'), 'kyverno-test.yaml').filter((path) =>
    /-vpol[/\\]/.test(path),
  );
  return [
    suiteFigure(
      'Gatekeeper library, CEL templates',
      gatekeeper.flatMap((path) => runGatekeeperSuite(path, read)),
      gatekeeperBar,
    ),
    suiteFigure(
      `Kyverno policies, ${kyverno.length} suites in *-vpol`,
      kyverno.flatMap((path) => runKyvernoTest(path, read, suiteDay)),
      kyvernoBar,
    ),
  ];
}

function suiteFigure(name: string, cases: readonly SuiteCase[], bar: number): Figure {
  return counted(
    name,
    { passed: cases.filter(({ passed }) => passed).length, of: cases.length },
    bar,
  );
}

function filesNamed(folder: string, name: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path === name || path.endsWith(`/${name}`))
    .map((path) => join(folder, path))
    .sort();
}
