import { describe, expect, it } from 'vitest';
import { leftOut } from './left-out.ts';
import { renderPlacement, renderTask } from './render-placement.ts';
import { inputWith, wholeCluster } from './testing/render-inputs.ts';
import { kindsOf, type Loose, one } from './testing/rendered-objects.ts';

describe('what runs of a placement', () => {
  it('leaves the number of instances to the autoscaler, and writes it where there is none', () => {
    const scaled = renderPlacement(inputWith({ run: { instances: { minimum: 0, maximum: 4 } } }));
    const fixed = renderPlacement(inputWith({ run: { instances: { minimum: 0, maximum: 0 } } }));
    const old = inputWith(
      { run: { instances: { minimum: 2, maximum: 4 } } },
      { cluster: { minor: 20, kinds: new Set(['apps/v1/Deployment', 'v1/Service']) } },
    );

    expect(one(scaled, 'Deployment').spec).not.toHaveProperty('replicas');
    expect(one(scaled, 'HorizontalPodAutoscaler').spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 4,
    });
    expect(one(fixed, 'Deployment').spec.replicas).toBe(0);
    expect(kindsOf(fixed)).not.toContain('HorizontalPodAutoscaler');
    expect(one(renderPlacement(old), 'Deployment').spec.replicas).toBe(2);
    expect(leftOut(old).map(({ what }) => what)).toEqual([
      'route users-api.example.com',
      'scaling to 4',
      'disruption budget',
    ]);
  });

  it('budgets disruption from two instances on, and never so that a node cannot be emptied', () => {
    const of = (minimum: number, maximum = minimum) =>
      renderPlacement(inputWith({ run: { instances: { minimum, maximum } } }));

    expect(kindsOf(of(1))).not.toContain('PodDisruptionBudget');
    expect(kindsOf(of(1, 5))).not.toContain('PodDisruptionBudget');
    expect(one(of(2), 'PodDisruptionBudget').spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
  });

  it('gives a program with a volume a set of pods, each with a claim of its own that nothing changes later', () => {
    const objects = renderPlacement(
      inputWith(
        { run: { volume: '/var/lib/users' } },
        { cluster: { ...wholeCluster, storage: { className: 'fast', gibibytes: 5 } } },
      ),
    );

    const set = one(objects, 'StatefulSet');
    expect(set.spec.serviceName).toBe('users-api-pods');
    expect(one(objects, 'Service', 'users-api-pods').spec).toMatchObject({ clusterIP: 'None' });
    expect(set.spec.volumeClaimTemplates[0]).toMatchObject({
      metadata: { labels: set.spec.selector.matchLabels },
      spec: { storageClassName: 'fast', resources: { requests: { storage: '5Gi' } } },
    });
    expect(set.spec.template.spec.containers[0].volumeMounts).toContainEqual({
      name: 'volume',
      mountPath: '/var/lib/users',
    });
    expect(one(objects, 'HorizontalPodAutoscaler').spec.scaleTargetRef.kind).toBe('StatefulSet');
  });

  it('runs a job at its times, never twice at once, and one without times only when asked', () => {
    const objects = renderPlacement(
      inputWith({ kind: 'job', component: 'report', routes: [] }, { schedule: '0 3 * * *' }),
    );
    const asked = renderPlacement(inputWith({ kind: 'job', routes: [] }));

    expect(one(objects, 'CronJob').spec).toMatchObject({
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      jobTemplate: { spec: { backoffLimit: 0, podReplacementPolicy: 'Failed' } },
    });
    expect(kindsOf(asked)).toEqual(expect.not.arrayContaining(['CronJob', 'Deployment', 'Job']));
  });

  it('runs a task as the release would run, without being taken for an instance', () => {
    const input = inputWith();
    const objects = renderPlacement(input);
    const task = renderTask(input, {
      id: 'release-12',
      command: ['node', 'migrate.js'],
      timeoutSeconds: 300,
    }) as Loose;

    const { selector } = one(objects, 'Service').spec;
    const instance = one(objects, 'Deployment').spec.template;
    expect(instance.metadata.labels).toMatchObject(selector);
    expect(task.spec.template.metadata.labels).not.toMatchObject(selector);
    expect(task.metadata.name).toBe('users-api-release-12');
    expect(task.spec).toMatchObject({
      backoffLimit: 0,
      activeDeadlineSeconds: 300 + 60 + 40,
      template: { spec: { activeDeadlineSeconds: 300 } },
      ttlSecondsAfterFinished: 86_400,
    });
    const [container] = task.spec.template.spec.containers;
    expect(container).toMatchObject({
      image: input.release.image,
      command: ['node', 'migrate.js'],
    });
    expect(container.envFrom).toEqual(instance.spec.containers[0].envFrom);
    expect(renderTask(input, { id: 'task_01K_9Z' }).metadata.name).toBe('users-api-task-01k-9z');
    expect(renderTask(input, { id: 'x'.repeat(80) }).metadata.name.length).toBeLessThanOrEqual(63);
  });

  it('insists on zones for what everything depends on, where there are zones', () => {
    const zones = (tier: number, number: number): string =>
      one(
        renderPlacement(inputWith({ tier }, { cluster: { ...wholeCluster, zones: number } })),
        'Deployment',
      ).spec.template.spec.topologySpreadConstraints[0].whenUnsatisfiable;

    expect([zones(1, 3), zones(1, 1), zones(2, 3)]).toEqual([
      'DoNotSchedule',
      'ScheduleAnyway',
      'ScheduleAnyway',
    ]);
  });
});
