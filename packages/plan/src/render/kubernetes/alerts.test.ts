import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { RenderInput } from './input.ts';
import { renderPlacement } from './render-placement.ts';
import { promtool, withoutPromtool } from './testing/promtool.ts';
import { anyInput, inputWith, wholeCluster } from './testing/render-inputs.ts';

const missing = withoutPromtool();

/** What is rendered for Prometheus, as a file of its own rules; undefined where there is none. */
function rulesOf(input: RenderInput): string | undefined {
  const rules = renderPlacement(input).find(({ kind }) => kind === 'PrometheusRule');
  return rules === undefined ? undefined : stringify(rules['spec']);
}

/** Alerts that fire after two hours of so many errors in 10,000 requests a minute. */
function firing(failing: number): string {
  const names = ['ErrorBudgetBurns', 'ErrorBudgetBurnsFast'];
  const samples = names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 }));
  const series = (code: number, each: number) => ({
    series: `http_requests_total{job="users-api", namespace="users-api--prod", code="${code}"}`,
    values: `0+${each}x150`,
  });
  return stringify({
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: [series(200, 10_000 - failing), series(500, failing)],
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing", alertname=~"ErrorBudgetBurns|ErrorBudgetBurnsFast"})',
            eval_time: '120m',
            exp_samples: samples,
          },
        ],
      },
    ],
  });
}

describe.skipIf(missing !== undefined)(`rendered alerts (${missing ?? 'promtool'})`, () => {
  it('are rules that Prometheus takes, whatever they are rendered from', () => {
    const anything = fc.sample(anyInput, { numRuns: 150, seed: 7 });
    const watched = anything.map((input) => ({ ...input, cluster: wholeCluster }));
    const files = watched.flatMap((input) => rulesOf(input) ?? []);

    const { passed, output } = promtool(
      'check',
      Object.fromEntries(files.map((text, index) => [`${index}.yaml`, text])),
    );

    expect(files.length).toBeGreaterThan(30);
    expect(passed, output).toBe(true);
    expect(output.match(/SUCCESS/g)).toHaveLength(files.length);
  });

  it('are refused by that check when an expression is none', () => {
    const rules = rulesOf(inputWith())?.replaceAll('sum by', 'sum bye') ?? '';

    expect(promtool('check', { 'rules.yaml': rules })).toMatchObject({ passed: false });
  });

  it('fire when the allowance burns, and not while requests fail less than they may', () => {
    const rules = rulesOf(inputWith()) ?? '';
    const after = (failing: number) =>
      promtool('test', { 'rules.yaml': rules, 'test.yaml': firing(failing) });

    expect(after(500)).toMatchObject({ passed: true });
    const quiet = after(5);
    expect(quiet.passed).toBe(false);
    expect(quiet.output).toContain('got: nil');
  });
});
