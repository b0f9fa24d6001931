import { describe, expect, it } from 'vitest';
import { allowance } from './alerts.ts';
import { renderPlacement } from './render-placement.ts';
import { inputWith } from './testing/render-inputs.ts';
import { type Loose, one } from './testing/rendered-objects.ts';

describe('the figures of a placement', () => {
  it('alerts by how fast the allowance burns, in two windows each, with an owner and a way out', () => {
    const groups = one(renderPlacement(inputWith()), 'PrometheusRule').spec.groups as Loose[];
    const alerts = groups[1].rules as Loose[];

    expect(groups[0].rules.map(({ record }: Loose) => record)).toHaveLength(5);
    expect(alerts.map(({ alert }) => alert)).toEqual([
      'ErrorBudgetBurnsFast',
      'ErrorBudgetBurns',
      'ErrorBudgetBurnsSlowly',
      'SlowAnswers',
      'RestartsAgainAndAgain',
      'NotRunning',
    ]);
    expect(alerts[0].expr).toContain(
      'ratio_rate1h{job="users-api", namespace="users-api--prod"} > 14.4 * 0.001 and ',
    );
    for (const { labels, annotations } of alerts) {
      expect(labels).toMatchObject({
        severity: expect.stringMatching(/^(?:page|ticket|summary)$/),
        owner: 'team-identity',
      });
      expect(annotations.runbook_url).toMatch(/^docs\/runbook\.md#/);
    }
    expect(
      one(renderPlacement(inputWith({ objective: {} })), 'PrometheusRule').spec.groups,
    ).toHaveLength(1);
    expect([99.9, 99.99999, 50, 99.95].map(allowance)).toEqual([
      '0.001',
      '0.0000001',
      '0.5',
      '0.0005',
    ]);
  });

  it('writes a dashboard that Grafana finds, with panels in places of their own', () => {
    const map = one(renderPlacement(inputWith()), 'ConfigMap', 'users-api-dashboard');
    const dashboard: Loose = JSON.parse(map.data['users-api.json']);

    expect(map.metadata.labels.grafana_dashboard).toBe('1');
    expect(dashboard.uid.length).toBeLessThanOrEqual(40);
    expect(
      new Set(dashboard.panels.map(({ gridPos }: Loose) => JSON.stringify(gridPos))).size,
    ).toBe(dashboard.panels.length);
    expect(dashboard.panels).toHaveLength(6);
  });
});
