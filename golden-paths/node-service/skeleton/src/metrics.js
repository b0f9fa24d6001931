const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.3, 0.5, 1, 2.5, 5, 10];
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/**
 * Counts and times requests, and prints them as Prometheus reads them. The names are those that
 * `alerts/rules.yaml` and `dashboards/service.json` ask for.
 */
export function createMetrics() {
  /** @type {Map<string, number>} */
  const requests = new Map();
  /** @type {Map<string, { buckets: number[], sum: number, count: number }>} */
  const durations = new Map();

  /** @param {{ method: string, route: string | undefined, code: number, seconds: number }} request */
  function observe({ method, route = 'other', code, seconds }) {
    // Only known methods and routes: a label for everything that anybody asks for would grow for ever.
    const labels = `method="${methods.has(method) ? method : 'other'}",route="${route}"`;
    const counted = `${labels},code="${code}"`;
    requests.set(counted, (requests.get(counted) ?? 0) + 1);
    const duration = durations.get(labels) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 };
    durations.set(labels, duration);
    duration.sum += seconds;
    duration.count += 1;
    bounds.forEach((bound, index) => {
      if (seconds <= bound) duration.buckets[index] = (duration.buckets[index] ?? 0) + 1;
    });
  }

  function text() {
    const lines = ['# TYPE http_requests_total counter'];
    for (const [labels, count] of requests) lines.push(`http_requests_total{${labels}} ${count}`);
    lines.push('# TYPE http_request_duration_seconds histogram');
    for (const [labels, { buckets, sum, count }] of durations) {
      bounds.forEach((bound, index) => lines.push(`http_request_duration_seconds_bucket{${labels},le="${bound}"} ${buckets[index]}`));
      lines.push(`http_request_duration_seconds_bucket{${labels},le="+Inf"} ${count}`);
      lines.push(`http_request_duration_seconds_sum{${labels}} ${sum}`, `http_request_duration_seconds_count{${labels}} ${count}`);
    }
    const started = Date.now() / 1000 - process.uptime();
    lines.push('# TYPE process_start_time_seconds gauge', `process_start_time_seconds ${started.toFixed(2)}`);
    lines.push('# TYPE process_resident_memory_bytes gauge', `process_resident_memory_bytes ${process.memoryUsage.rss()}`);
    return `${lines.join('\n')}\n`;
  }

  return { observe, text };
}
