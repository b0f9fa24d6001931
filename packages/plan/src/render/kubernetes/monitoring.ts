import type { JsonObject } from '../../template/json.ts';
import { allowance, seriesOf } from './alerts.ts';
import { addedKinds } from './input.ts';
import { shortened } from './names.ts';
import type { KubernetesObject } from './object.ts';
import { metadataOf, type Placed, serves } from './placed.ts';

/** Tells Prometheus to read the program's figures; undefined when it shows none, or nobody reads. */
export function serviceMonitorObject(placed: Placed): KubernetesObject | undefined {
  const { cluster, spec, name, selector, port } = placed;
  const { metrics } = spec.run;
  if (cluster.monitoring === undefined || metrics === undefined || port === undefined)
    return undefined;
  if (!serves(placed, addedKinds.serviceMonitor)) return undefined;
  const metadata = metadataOf(placed, name);
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { ...metadata, labels: { ...metadata.labels, ...cluster.monitoring.labels } },
    spec: {
      jobLabel: 'app.kubernetes.io/name',
      selector: { matchLabels: selector },
      endpoints: [{ port: 'http', path: metrics, interval: '30s' }],
    },
  };
}

/** The placement's dashboard, where Grafana's sidecar looks for it: a ConfigMap with the label `grafana_dashboard`. */
export function dashboardObject(placed: Placed): KubernetesObject | undefined {
  const { cluster, name, workload } = placed;
  if (cluster.monitoring === undefined || workload === 'none') return undefined;
  const metadata = metadataOf(placed, `${name}-dashboard`);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, labels: { ...metadata.labels, grafana_dashboard: '1' } },
    data: { [`${name}.json`]: `${JSON.stringify(dashboard(placed), undefined, 1)}\n` },
  };
}

const datasource = { type: 'prometheus', uid: '${datasource}' };

function dashboard(placed: Placed): JsonObject {
  const { spec, input, namespace } = placed;
  return {
    uid: shortened(`pltf-${namespace}`, 40),
    title: `${input.placement.metadata.name} in ${spec.environment}`,
    tags: ['pltf', spec.owner],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: [...requestPanels(placed), ...turnPanels(placed), ...instancePanels(placed)].map(
      (made, index) => ({
        id: index + 1,
        ...made,
        gridPos: { x: (index % 3) * 8, y: Math.floor(index / 3) * 8, w: 8, h: 8 },
      }),
    ),
  };
}

function requestPanels(placed: Placed): readonly JsonObject[] {
  if (placed.spec.run.metrics === undefined || placed.port === undefined) return [];
  const series = seriesOf(placed);
  const rate = (more = ''): string =>
    `rate(http_requests_total{${series}${more}}[$__rate_interval])`;
  const quantile = (share: number): string =>
    `histogram_quantile(${share}, sum by (le) (rate(http_request_duration_seconds_bucket{${series}}[$__rate_interval])))`;
  const { availability } = placed.spec.objective;
  return [
    panel('Requests a second', 'reqps', { '{{code}}': `sum by (code) (${rate()})` }),
    panel('Errors', 'percentunit', {
      errors: `sum(${rate(', code=~"5.."')}) / sum(${rate()})`,
      ...(availability === undefined ? {} : { allowed: `vector(${allowance(availability)})` }),
    }),
    panel('Time to answer', 's', {
      half: quantile(0.5),
      '95 %': quantile(0.95),
      '99 %': quantile(0.99),
    }),
  ];
}

/** Of a job on its schedule, and of the runs that somebody asked for. */
function turnPanels({ workload, name, namespace }: Placed): readonly JsonObject[] {
  if (workload !== 'CronJob') return [];
  const turns = `cronjob="${name}", namespace="${namespace}"`;
  const runs = `job_name=~"${name}-.+", namespace="${namespace}"`;
  return [
    panel('Since the last run that succeeded', 's', {
      since: `time() - max(kube_cronjob_status_last_successful_time{${turns}})`,
    }),
    panel('How long runs take', 's', {
      '{{job_name}}': `kube_job_status_completion_time{${runs}} - kube_job_status_start_time{${runs}}`,
    }),
    panel('Runs that failed', 'short', {
      '{{job_name}}': `kube_job_status_failed{${runs}}`,
    }),
  ];
}

/** A run that fails is not started again: only instances are. */
function instancePanels({ spec, namespace, workload }: Placed): readonly JsonObject[] {
  const own = `container="${spec.component}", namespace="${namespace}"`;
  const restarts = panel('Restarts', 'short', {
    '{{pod}}': `sum by (pod) (increase(kube_pod_container_status_restarts_total{${own}}[$__rate_interval]))`,
  });
  return [
    panel('Memory', 'bytes', {
      '{{pod}}': `max by (pod) (container_memory_working_set_bytes{${own}})`,
    }),
    panel('Processor', 'short', {
      '{{pod}}': `sum by (pod) (rate(container_cpu_usage_seconds_total{${own}}[$__rate_interval]))`,
    }),
    ...(workload === 'CronJob' ? [] : [restarts]),
  ];
}

const panel = (
  title: string,
  unit: string,
  queries: Readonly<Record<string, string>>,
): JsonObject => ({
  type: 'timeseries',
  title,
  datasource,
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
    refId: 'ABC'.charAt(index),
    expr,
    legendFormat,
  })),
});
