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

  it('of a job fire when its last run failed and when one was missed, and end with one that succeeds', () => {
    const job = inputWith({ kind: 'job', routes: [] }, { schedule: '0 * * * *' });
    const rules = rulesOf(job) ?? '';
    const series = (metric: string, values: string) => ({
      series: `kube_cronjob_${metric}{cronjob="users-api", namespace="users-api--prod"}`,
      values,
    });
    // In minutes: a run at 60 that fails, one at 120 that succeeds at 121, none at 180.
    const input_series = [
      series('status_last_schedule_time', '0x59 3600x59 7200x120'),
      series('status_last_successful_time', '10x120 7260x120'),
      series('status_active', '0x59 1x2 0x200'),
      series('next_schedule_time', '3600x59 7200x59 10800x120'),
    ];
    const firing = (eval_time: string, ...names: string[]) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time,
      exp_samples: names.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
    });
    const promql_expr_test = [
      ...[firing('30m'), firing('62m'), firing('70m', 'RunFailed'), firing('130m')],
      ...[firing('185m'), firing('191m', 'RunMissed')],
    ];

    const { passed, output } = promtool('test', {
      'rules.yaml': rules,
      'test.yaml': stringify({
        ...{ rule_files: ['rules.yaml'], evaluation_interval: '1m' },
        tests: [{ interval: '1m', input_series, promql_expr_test }],
      }),
    });

    expect(passed, output).toBe(true);
  });
});
