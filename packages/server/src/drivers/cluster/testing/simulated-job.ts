import type { JsonObject } from '@pltf/plan/render';
import type { LiveObject } from '../cluster-api.ts';
import { podOf, type Workshop } from './workshop.ts';

/** One look at a Job with one completion: a pod at a time until one ends well, or too many did not. */
export function runJob(shop: Workshop, job: LiveObject): void {
  const spec = job['spec'] as JsonObject;
  const before = (job['status'] ?? {}) as JsonObject;
  if (before['completionTime'] !== undefined || hasFailed(before)) return;
  const pods = shop.ownedBy(job, 'Pod');
  const inPhase = (phase: string): readonly LiveObject[] =>
    pods.filter((pod) => (pod['status'] as JsonObject | undefined)?.['phase'] === phase);
  const succeeded = inPhase('Succeeded').length;
  const failed = inPhase('Failed').length;
  const startTime = before['startTime'] ?? shop.cluster.objects.at();
  const counts = { startTime, succeeded, failed };

  if (succeeded > 0) {
    const completionTime = shop.cluster.objects.at();
    const conditions = [{ type: 'Complete', status: 'True' }];
    shop.status(job, { ...counts, active: 0, completionTime, conditions });
    return;
  }
  const reason = failure(shop, job, failed);
  const active = pods.length - failed;
  if (reason !== undefined) {
    for (const pod of pods.filter((one) => !inPhase('Failed').includes(one))) shop.stop(pod);
    const condition = { type: 'Failed', status: 'True', ...reason };
    shop.status(job, { ...counts, active: 0, conditions: [condition] });
    return;
  }
  if (active === 0 && spec['suspend'] !== true) makePod(shop, job, pods.length);
  shop.status(job, { ...counts, active: shop.ownedBy(job, 'Pod').length - failed });
}

const hasFailed = (status: JsonObject): boolean =>
  ((status['conditions'] ?? []) as readonly JsonObject[]).some(({ type }) => type === 'Failed');

function failure(
  shop: Workshop,
  job: LiveObject,
  failed: number,
): { readonly reason: string; readonly message: string } | undefined {
  const spec = job['spec'] as JsonObject;
  if (failed > Number(spec['backoffLimit'] ?? 6)) {
    return {
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const seconds = spec['activeDeadlineSeconds'];
  if (seconds === undefined) return undefined;
  const end = shop.progressAt(job, 'started') + Number(seconds) * 1000;
  if (shop.now() >= end) {
    return {
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
  }
  shop.wakeAt(end);
  return undefined;
}

function makePod(shop: Workshop, job: LiveObject, count: number): void {
  if (shop.refusal(job) !== undefined) return;
  const { labels, fields } = podOf((job['spec'] as JsonObject)['template'] as JsonObject);
  const name = `${job.metadata.name}-${count}`;
  const key = { apiVersion: 'v1', kind: 'Pod', namespace: job.metadata.namespace, name };
  shop.make(job, key, fields, {
    ...labels,
    'controller-uid': job.metadata.uid,
    'job-name': job.metadata.name,
  });
}
