import type { JsonObject } from '../../template/json.ts';
import { type TierDefaults, tierDefaults } from '../../thin-file/tiers.ts';
import { addedKinds } from './input.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed, serves } from './placed.ts';

const windows = ['5m', '30m', '1h', '6h', '3d'];
const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/**
 * Alerts by how fast the objective's allowance burns, each over a long window and a short one (so that it ends soon
 * after the trouble did): 2 % of a month's in an hour, 5 % in six, 10 % in three days. Names and expressions are those
 * of `alerts/rules.yaml` in a created repository.
 */
export function prometheusRuleObject(placed: Placed): KubernetesObject | undefined {
  const { cluster, name, spec, workload } = placed;
  if (cluster.monitoring === undefined || workload === 'none') return undefined;
  if (!serves(placed, addedKinds.prometheusRule)) return undefined;
  const metadata = metadataOf(placed, name);
  const measured = spec.run.metrics !== undefined && placed.port !== undefined;
  const availability = measured ? spec.objective.availability : undefined;
  const labels = labelsOf(placed);
  const rules = [
    ...(availability === undefined ? [] : burnAlerts(placed, labels, allowance(availability))),
    ...(measured ? latencyAlerts(placed, labels) : []),
    ...(workload === 'CronJob' ? turnAlerts(placed, labels) : runningAlerts(placed, labels)),
  ];
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { ...metadata, labels: { ...metadata.labels, ...cluster.monitoring.labels } },
    spec: {
      groups: [
        ...(availability === undefined
          ? []
          : [{ name: `${name}.slo`, rules: windows.map((window) => errorRatio(placed, window)) }]),
        { name: `${name}.alerts`, rules },
      ],
    },
  };
}

/** The share of requests that may fail: 99.9 per cent leave 0.001. A decimal without an exponent. */
export const allowance = (availability: number): string =>
  ((100 - availability) / 100).toFixed(8).replace(/0+$/, '').replace(/\.$/, '');

/** Which series are this placement's. */
export const seriesOf = ({ spec, namespace }: Placed): string =>
  `job="${spec.component}", namespace="${namespace}"`;

function errorRatio(placed: Placed, window: string): JsonObject {
  const series = seriesOf(placed);
  return {
    record: `namespace_job:http_requests_errors:ratio_rate${window}`,
    expr: `sum by (namespace, job) (rate(http_requests_total{${series}, code=~"5.."}[${window}])) / sum by (namespace, job) (rate(http_requests_total{${series}}[${window}]))`,
  };
}

/** Whom it reaches: somebody on call at once, the team's queue, or its weekly summary. */
type Severity = TierDefaults['alerts'];

interface Alert {
  readonly name: string;
  readonly expr: string;
  readonly since?: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly description: string;
  /** The runbook's section. */
  readonly section: string;
}

/** By severity, so that what is the same in all alerts of a placement is there once. */
type AlertLabels = Readonly<Record<Severity, JsonObject>>;

function labelsOf({ spec }: Placed): AlertLabels {
  const of = (severity: Severity): JsonObject => ({
    severity,
    service: spec.component,
    owner: spec.owner,
    environment: spec.environment,
  });
  return { page: of('page'), ticket: of('ticket'), summary: of('summary') };
}

function alert({ spec, input }: Placed, labels: AlertLabels, made: Alert): JsonObject {
  return {
    alert: made.name,
    expr: made.expr,
    ...(made.since === undefined ? {} : { for: made.since }),
    labels: labels[made.severity],
    annotations: {
      summary: `${spec.component} ${made.summary}`,
      description: made.description,
      runbook_url: `${input.runbook ?? 'docs/runbook.md'}#${made.section}`,
    },
  };
}

const urgent = ({ spec }: Placed): Severity => tierDefaults(spec.tier).alerts;
/** What can wait wakes nobody up. */
const patient = (placed: Placed): Severity => (urgent(placed) === 'summary' ? 'summary' : 'ticket');

function burnAlerts(placed: Placed, labels: AlertLabels, budget: string): readonly JsonObject[] {
  const above = (long: string, short: string, factor: string): string =>
    [long, short]
      .map(
        (window) =>
          `namespace_job:http_requests_errors:ratio_rate${window}{${seriesOf(placed)}} > ${factor}${budget}`,
      )
      .join(' and ');
  const section = 'error-budget-burns';
  const description =
    '{{ $value | humanizePercentage }} of requests fail in {{ $labels.namespace }}.';
  return [
    alert(placed, labels, {
      name: 'ErrorBudgetBurnsFast',
      expr: above('1h', '5m', '14.4 * '),
      severity: urgent(placed),
      summary: 'burns its error budget fast',
      description,
      section,
    }),
    alert(placed, labels, {
      name: 'ErrorBudgetBurns',
      expr: above('6h', '30m', '6 * '),
      severity: urgent(placed),
      summary: 'burns its error budget',
      description,
      section,
    }),
    alert(placed, labels, {
      name: 'ErrorBudgetBurnsSlowly',
      expr: above('3d', '6h', ''),
      since: '1h',
      severity: patient(placed),
      summary: 'burns its error budget slowly',
      description,
      section,
    }),
  ];
}

function latencyAlerts(placed: Placed, labels: AlertLabels): readonly JsonObject[] {
  const promised = placed.spec.objective.latency ?? {};
  const alerts: JsonObject[] = [];
  for (const [name, quantile] of Object.entries(quantiles)) {
    const milliseconds = promised[name];
    if (milliseconds === undefined) continue;
    alerts.push(
      alert(placed, labels, {
        name: name === 'p99' ? 'SlowAnswers' : `SlowAnswers${name.toUpperCase()}`,
        expr: `histogram_quantile(${quantile}, sum by (namespace, le) (rate(http_request_duration_seconds_bucket{${seriesOf(placed)}}[5m]))) > ${milliseconds / 1000}`,
        since: '10m',
        severity: patient(placed),
        summary: 'answers slowly',
        description: `One request in ${Math.round(1 / (1 - quantile))} takes {{ $value | humanizeDuration }} or longer in {{ $labels.namespace }}.`,
        section: 'slow-answers',
      }),
    );
  }
  return alerts;
}

function runningAlerts(placed: Placed, labels: AlertLabels): readonly JsonObject[] {
  const { spec, namespace, name, workload } = placed;
  const kind = workload === 'StatefulSet' ? 'statefulset' : 'deployment';
  const which = `${kind}="${name}", namespace="${namespace}"`;
  const ready =
    kind === 'deployment'
      ? 'kube_deployment_status_replicas_available'
      : 'kube_statefulset_status_replicas_available';
  const wanted =
    kind === 'deployment' ? 'kube_deployment_spec_replicas' : 'kube_statefulset_replicas';
  return [
    alert(placed, labels, {
      name: 'RestartsAgainAndAgain',
      expr: `sum by (namespace) (increase(kube_pod_container_status_restarts_total{container="${spec.component}", namespace="${namespace}"}[15m])) > 3`,
      severity: urgent(placed),
      summary: 'restarts again and again',
      description: '{{ $value | humanize }} restarts in 15 minutes in {{ $labels.namespace }}.',
      section: 'restarts-again-and-again',
    }),
    alert(placed, labels, {
      name: 'NotRunning',
      expr: `${ready}{${which}} == 0 and ${wanted}{${which}} > 0`,
      since: '5m',
      severity: urgent(placed),
      summary: 'is not running',
      description: 'No instance is ready in {{ $labels.namespace }}.',
      section: 'not-running',
    }),
  ];
}

/** A turn may begin five minutes late: what has not begun after ten was missed. */
const missedAfterSeconds = 600;

/** Of a job on its schedule. A turn that still runs has not failed; one that follows a failed one ends the alert. */
function turnAlerts(placed: Placed, labels: AlertLabels): readonly JsonObject[] {
  const { namespace, name } = placed;
  const series = (metric: string): string =>
    `kube_cronjob_${metric}{cronjob="${name}", namespace="${namespace}"}`;
  const begun = series('status_last_schedule_time');
  const succeeded = `${series('status_last_successful_time')} >= ${begun}`;
  return [
    alert(placed, labels, {
      name: 'RunFailed',
      expr: `(${begun} unless (${succeeded})) and ${series('status_active')} == 0`,
      since: '2m',
      severity: urgent(placed),
      summary: 'failed at its last run',
      description: 'The run of {{ $value | humanizeTimestamp }} in {{ $labels.namespace }} failed.',
      section: 'a-run-failed',
    }),
    alert(placed, labels, {
      name: 'RunMissed',
      expr: `time() - ${series('next_schedule_time')} > ${missedAfterSeconds}`,
      severity: urgent(placed),
      summary: 'missed a run',
      description: 'A run is late by {{ $value | humanizeDuration }} in {{ $labels.namespace }}.',
      section: 'a-run-was-missed',
    }),
  ];
}
