import { describe, expect, test } from 'vitest';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import { sightOf } from '../placement-sight.ts';
import { applicationStatus } from './application-status.ts';
import type { FollowerStatus } from './follower-status.ts';
import { kustomizationStatus } from './kustomization-status.ts';

const commit = 'a'.repeat(40);
const older = 'b'.repeat(40);
const live = (kind: string, status: unknown): LiveObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'pltf-eu-a7', uid: '1', resourceVersion: '1' },
  status,
});
const namespace = 'users-api--prod';
const sight = (status: FollowerStatus | undefined, alone = false) =>
  sightOf({ status, namespace, alone, holds: (revision) => revision === commit });

const resource = (kind: string, status: string, health?: string) => ({
  ...{ kind, namespace, name: 'users-api', status },
  ...(health === undefined ? {} : { health: { status: health } }),
});
const synced = { sync: { status: 'Synced', revision: commit }, health: { status: 'Healthy' } };

describe('an Application', () => {
  test('that says nothing yet is waited for, and is not well', () => {
    expect(sight(applicationStatus(live('Application', undefined)))).toMatchObject({
      state: 'waiting',
      why: 'Application pltf-eu-a7 has not looked yet',
    });
  });

  test('of which nothing can be read is waited for', () => {
    expect(sight(applicationStatus(live('Application', { sync: 'yes' }))).state).toBe('waiting');
  });

  test('at another commit is waited for, with its complaints', () => {
    const status = applicationStatus(
      live('Application', {
        sync: { status: 'Unknown', revision: older },
        conditions: [{ type: 'ComparisonError', message: 'authentication required' }],
      }),
    );

    expect(sight(status)).toMatchObject({
      state: 'waiting',
      why: 'Application pltf-eu-a7 is at bbbbbbb; ComparisonError: authentication required',
    });
  });

  test('with objects of another placement that are not well says nothing of this one', () => {
    const status = applicationStatus(
      live('Application', {
        ...{ sync: { status: 'OutOfSync', revision: commit }, health: { status: 'Degraded' } },
        resources: [
          resource('Deployment', 'Synced', 'Healthy'),
          { ...resource('Deployment', 'OutOfSync', 'Degraded'), namespace: 'other--prod' },
        ],
      }),
    );

    expect(sight(status).state).toBe('healthy');
  });

  test('whose autoscaler lacks figures is well: what runs decides', () => {
    const status = applicationStatus(
      live('Application', {
        ...synced,
        health: { status: 'Degraded' },
        resources: [
          resource('Deployment', 'Synced', 'Healthy'),
          resource('HorizontalPodAutoscaler', 'Synced', 'Degraded'),
        ],
      }),
    );

    expect(sight(status).state).toBe('healthy');
  });

  test('without any object of the placement has not applied it', () => {
    expect(sight(applicationStatus(live('Application', { ...synced, resources: [] }))).state).toBe(
      'applying',
    );
  });

  test('whose sync of that commit failed was refused, with its words', () => {
    const status = applicationStatus(
      live('Application', {
        sync: { status: 'OutOfSync', revision: commit },
        operationState: {
          phase: 'Failed',
          message: 'quota exceeded',
          syncResult: { revision: commit },
        },
      }),
    );

    expect(sight(status)).toMatchObject({ state: 'refused' });
    expect(sight(status).why).toContain('quota exceeded');
  });

  const failing = (namespaceOfFailed: string, own: 'Synced' | 'OutOfSync') =>
    applicationStatus(
      live('Application', {
        ...{ sync: { status: 'OutOfSync', revision: commit }, health: { status: 'Degraded' } },
        resources: [resource('Deployment', own, 'Healthy')],
        operationState: {
          ...{ phase: 'Failed', message: 'one or more objects failed to apply' },
          syncResult: {
            revision: commit,
            resources: [
              { kind: 'Deployment', namespace, name: 'users-api', status: 'Synced' },
              {
                ...{ kind: 'ConfigMap', namespace: namespaceOfFailed, name: 'settings' },
                ...{ status: 'SyncFailed', message: 'admission webhook denied it' },
              },
            ],
          },
        },
      }),
    );

  test('whose sync failed at an object of its own says which, and what the cluster said', () => {
    expect(sight(failing(namespace, 'OutOfSync'))).toMatchObject({
      state: 'refused',
      why: 'Application pltf-eu-a7: ConfigMap settings: admission webhook denied it',
    });
  });

  test('whose sync failed at a neighbour is held up, and has not failed', () => {
    expect(sight(failing('other--prod', 'OutOfSync'))).toMatchObject({
      state: 'applying',
      why: 'Application pltf-eu-a7 is held up by another placement, other--prod: ConfigMap settings: admission webhook denied it',
    });
    expect(sight(failing('other--prod', 'Synced')).state).toBe('healthy');
  });

  test('that followed alone is degraded as a whole is degraded', () => {
    const status = applicationStatus(
      live('Application', {
        ...synced,
        health: { status: 'Degraded' },
        resources: [resource('Deployment', 'Synced')],
      }),
    );

    expect(sight(status, true).state).toBe('degraded');
    expect(sight(status, false).state).toBe('unclear');
  });
});

describe('a Kustomization', () => {
  const inventory = { entries: [{ id: `${namespace}_users-api_apps_Deployment`, v: 'v1' }] };
  const ready = (status: string, reason: string, message = '') => ({
    conditions: [{ type: 'Ready', status, reason, message }],
  });

  test('that is ready at the commit is healthy', () => {
    const status = kustomizationStatus(
      live('Kustomization', {
        ...ready('True', 'ReconciliationSucceeded'),
        ...{
          lastAppliedRevision: `main@sha1:${commit}`,
          lastAttemptedRevision: `main@sha1:${commit}`,
        },
        inventory,
      }),
    );

    expect(sight(status, true).state).toBe('healthy');
    expect(status.objects).toMatchObject([{ kind: 'Deployment', namespace, name: 'users-api' }]);
  });

  test('whose health check failed at the commit is degraded, with its words', () => {
    const status = kustomizationStatus(
      live('Kustomization', {
        ...ready('False', 'HealthCheckFailed', 'timeout waiting for Deployment'),
        ...{
          lastAppliedRevision: `main@sha1:${older}`,
          lastAttemptedRevision: `main@sha1:${commit}`,
        },
        inventory,
      }),
    );

    expect(sight(status, true)).toMatchObject({ state: 'degraded' });
    expect(sight(status, true).why).toContain('timeout waiting for Deployment');
  });

  test('that could not be built at the commit was refused', () => {
    const status = kustomizationStatus(
      live('Kustomization', {
        ...ready('False', 'BuildFailed', 'accumulating resources'),
        lastAttemptedRevision: `main@sha1:${commit}`,
      }),
    );

    expect(sight(status, true)).toMatchObject({ state: 'refused' });
  });

  test('that is on its way is applying', () => {
    const status = kustomizationStatus(
      live('Kustomization', {
        ...ready('Unknown', 'Progressing'),
        ...{
          lastAppliedRevision: `main@sha1:${older}`,
          lastAttemptedRevision: `main@sha1:${commit}`,
        },
      }),
    );

    expect(sight(status, true).state).toBe('applying');
  });
});

test('nobody who says anything is silent', () => {
  expect(sight(undefined).state).toBe('silent');
});
