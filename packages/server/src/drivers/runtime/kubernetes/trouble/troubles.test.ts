import type { ObservedPlacement } from '@pltf/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type WantedChange,
  wantedPlacement,
} from '../../../../modules/runtime/testing/rollout-records.ts';
import type { LiveObject } from '../../../cluster/cluster-api.ts';
import { noAnswer, refusal } from '../../../cluster/http/problems.ts';
import type { PodFate } from '../../../cluster/testing/pod-fate.ts';
import { type DriverBench, driverBench } from '../testing/driver-bench.ts';

const namespace = 'users-api--prod';
const wanted = (revision: number, release: number, more: WantedChange = {}) => {
  const { run, ...rest } = more;
  return wantedPlacement({ revision, release, ...rest, run: { startTimeoutMs: 1000, ...run } });
};
const ended = ({ rollout }: ObservedPlacement) =>
  ['done', 'rolled-back', 'failed'].includes(rollout?.step ?? '');
const waits = (observed: ObservedPlacement) =>
  ended(observed) || observed.rollout?.step === 'waiting-healthy';
const isNew = (pod: LiveObject) => pod.metadata.annotations?.['pltf.dev/release'] === '2';

let bench: DriverBench;
beforeEach(async () => {
  bench = await driverBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

/** The new release's pods meet this, and their machine says that. */
const met =
  (fate: PodFate, said?: { readonly reason: string; readonly message: string }) => (): void => {
    bench.fate = (pod) => {
      if (!isNew(pod)) return { is: 'ready' };
      bench.cluster.podLogs.write(namespace, pod.metadata.name, 'the last line');
      if (said !== undefined) bench.warn(pod, said.reason, said.message);
      return fate;
    };
  };
/** Pods of the new release may not be made. */
const refusedFor = (message: string) => (): void => {
  bench.refuse = () => message;
};
const deployment = {
  ...{ cluster: 'berlin', method: 'PATCH', path: '', about: `Deployment ${namespace}/users-api` },
};
/** The API server answers so to the Deployment of the new release. */
const answered = (status: number, message: string) => (): void => {
  const error = refusal(status, { message }, deployment);
  bench.cluster.fail({ verb: 'apply', kind: 'Deployment' }, error, 1);
};
const waiting = (reason: string, message = ''): PodFate => ({ is: 'waiting', reason, message });
const forbidden = 'pods "users-api-" is forbidden:';

const quota = `${forbidden} exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2`;

interface Case {
  readonly arrange: () => void;
  readonly code: string;
  /** What is wrong, and what to do. */
  readonly says: RegExp;
  readonly fix: RegExp;
  /** By when the rollout must have been given up, milliseconds. */
  readonly after?: number;
  readonly log?: readonly string[];
  readonly more?: WantedChange;
}

const pastDeadline = 75_000;
const cases: Readonly<Record<string, Case>> = {
  'the quota of the namespace is used up': {
    arrange: refusedFor(quota),
    code: 'quota-exceeded',
    says: /no room left.*asks for pods=1, pods=2 are in use, and pods=2 are allowed \(quota team/,
    fix: /fewer instances or a smaller `run.size`/,
    after: 32_000,
  },
  'an admission webhook refuses its pods': {
    arrange: refusedFor('admission webhook "pods.example.com" denied the request: no owner'),
    code: 'admission-refused',
    says: /pods\.example\.com.*no owner/,
    fix: /Do what it says/,
    after: 10_000,
  },
  'an admission webhook refuses its workload': {
    arrange: answered(400, 'admission webhook "d.example.com" denied the request: frozen'),
    code: 'cluster-refused',
    says: /webhook d\.example\.com.*frozen/,
    fix: /ask whoever runs the webhook/,
  },
  'an admission webhook does not answer': {
    arrange: refusedFor('failed calling webhook "pods.example.com": connection refused'),
    code: 'admission-silent',
    says: /pods\.example\.com.*does not answer/,
    fix: /its pods are up/,
    after: pastDeadline,
  },
  'Pod Security refuses its pods': {
    arrange: refusedFor(
      `${forbidden} violates PodSecurity "restricted:latest": runAsNonRoot != true`,
    ),
    code: 'pod-security',
    says: /security rules \(Pod Security\) refuse the instance: runAsNonRoot != true/,
    fix: /Ask those who run the cluster/,
    after: 10_000,
  },
  'somebody else made a workload of that name': {
    arrange: answered(
      422,
      'Deployment.apps "users-api" is invalid: spec.selector: Invalid value: {}: field is immutable',
    ),
    code: 'cluster-refused',
    says: /already, made in another way.*spec\.selector/,
    fix: /kubectl -n users-api--prod delete deployment users-api/,
  },
  'the role of the platform lacks a right': {
    arrange: answered(
      403,
      'deployments.apps "users-api" is forbidden: User "bot" cannot patch resource "deployments" in API group "apps" in the namespace "users-api--prod"',
    ),
    code: 'cluster-forbidden',
    says: /does not allow us to patch deployments\.apps in users-api--prod/,
    fix: /role that `pltf platform runtime add NAME --print-role` prints/,
  },
  'its volume is not given': {
    arrange: () => {
      const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace };
      const live = bench.cluster.edit({ ...claim, name: 'volume-users-api-0' }, 'x', {});
      bench.warn(live, 'ProvisioningFailed', 'storageclass.storage.k8s.io "fast" not found');
      met({ is: 'pending', message: '1 pod has unbound immediate PersistentVolumeClaims' })();
    },
    code: 'volume-unbound',
    says: /volume.*is not there: storageclass\.storage\.k8s\.io "fast" not found/,
    fix: /`storage` of the runtime.*kubectl get storageclass/,
    after: pastDeadline,
  },
  'its volume cannot be mounted': {
    arrange: met(waiting('ContainerCreating'), {
      ...{ reason: 'FailedAttachVolume', message: 'Volume is already used by pod(s) other' },
    }),
    code: 'volume-not-mounted',
    says: /cannot be mounted: Volume is already used by/,
    fix: /machine that is gone/,
    after: pastDeadline,
  },
  'a secret that it mounts is missing': {
    arrange: met(waiting('ContainerCreating'), {
      ...{ reason: 'FailedMount', message: 'MountVolume.SetUp failed: secret "tls" not found' },
    }),
    code: 'secret-missing',
    says: /the secret tls is not in the cluster/,
    fix: /need of the thin file.*kubectl -n users-api--prod get secrets/,
    after: pastDeadline,
  },
  'a secret that it reads is missing': {
    arrange: met(waiting('CreateContainerConfigError', 'secret "db" not found')),
    code: 'secret-missing',
    says: /the secret db is not in the cluster/,
    fix: /need of the thin file/,
    after: 32_000,
  },
  'a secret lacks what it reads of it': {
    arrange: met(
      waiting('CreateContainerConfigError', `couldn't find key url in Secret ${namespace}/db`),
    ),
    code: 'secret-missing',
    says: /the secret db in the cluster has no url/,
    fix: /need of the thin file/,
    after: 32_000,
  },
  'a configuration that it reads is missing': {
    arrange: met(waiting('CreateContainerConfigError', 'configmap "flags" not found')),
    code: 'configuration-missing',
    says: /the configuration flags is not in the cluster/,
    fix: /deploy again/,
    after: 32_000,
  },
  'its image wants to be root': {
    arrange: met(
      waiting(
        'CreateContainerConfigError',
        'container has runAsNonRoot and image will run as root',
      ),
    ),
    code: 'image-root',
    says: /wants to run as root/,
    fix: /numeric USER other than 0/,
    after: 32_000,
  },
  'its image does not have the command': {
    arrange: met(
      waiting('RunContainerError', 'exec: "nod": executable file not found in $PATH: unknown'),
    ),
    code: 'container-refused',
    says: /the image has no program nod/,
    fix: /`run.command`/,
    after: 32_000,
  },
  'the registry does not have its image': {
    arrange: met({ is: 'unpullable', message: 'rpc error: manifest unknown' }),
    code: 'image-not-found',
    says: /cannot be pulled: the registry does not have it/,
    fix: /deploy a new commit/,
    after: 10_000,
  },
  'the registry does not have its image, which the pod had no time to say': {
    arrange: met(waiting('ImagePullBackOff', 'Back-off pulling image "registry.example.com/app"'), {
      reason: 'Failed',
      message: 'Failed to pull image "registry.example.com/app": rpc error: not found',
    }),
    code: 'image-not-found',
    says: /cannot be pulled: the registry does not have it/,
    fix: /deploy a new commit/,
    after: 10_000,
  },
  'the registry does not let the cluster in': {
    arrange: met({ is: 'unpullable', message: 'pull access denied: 401 Unauthorized' }),
    code: 'image-credentials',
    says: /does not let the cluster in/,
    fix: /`pullSecrets` of the runtime/,
    after: 10_000,
  },
  'its image has a name that cannot be': {
    arrange: met(waiting('InvalidImageName', `couldn't parse image reference "A:B"`)),
    code: 'image-name-invalid',
    says: /no name that an image can have/,
    fix: /`registry` of the runtime/,
    after: 10_000,
  },
  'the registry does not answer': {
    arrange: met(
      { is: 'unpullable', message: 'Back-off pulling image "registry.example.com/app"' },
      { reason: 'Failed', message: 'Failed to pull image: dial tcp: connection refused' },
    ),
    code: 'registry-unreachable',
    says: /dial tcp: connection refused/,
    fix: /the registry answers under that name/,
    after: pastDeadline,
  },
  'no machine has room': {
    arrange: met({ is: 'pending', message: '0/3 nodes are available: 3 Insufficient memory.' }),
    code: 'no-room',
    says: /no machine has 64 MiB of memory left/,
    fix: /smaller `run.size` or fewer instances/,
    after: pastDeadline,
  },
  'no machine may take it': {
    arrange: met({ is: 'pending', message: "3 node(s) had untolerated taint {gpu: 'true'}" }),
    code: 'no-fitting-machine',
    says: /no machine may take the instance/,
    fix: /kubectl describe nodes/,
    after: pastDeadline,
  },
  'its machine gives it no network': {
    arrange: met(waiting('ContainerCreating'), {
      ...{ reason: 'FailedCreatePodSandBox', message: 'failed to setup network for sandbox' },
    }),
    code: 'machine-broken',
    says: /cannot give it a network/,
    fix: /Nothing is wrong with the release/,
    after: pastDeadline,
  },
  'it ends again and again': {
    arrange: met({ is: 'crashing', exitCode: 3 }),
    code: 'crash',
    says: /ended with exit code 3/,
    fix: /last lines are below/,
    log: ['the last line'],
    after: 12_000,
  },
  'it needs more memory than it has': {
    arrange: met({ is: 'crashing', exitCode: 137, reason: 'OOMKilled' }),
    code: 'out-of-memory',
    says: /needed more than its 64 MiB of memory/,
    fix: /larger `run.size`/,
    log: ['the last line'],
    after: 12_000,
  },
  'it never answers its probe': {
    arrange: met(
      { is: 'unready' },
      { reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe: statuscode: 500' },
    ),
    code: 'unhealthy',
    says: /did not get healthy in 1 s: Readiness probe failed: HTTP probe: statuscode: 500/,
    fix: /answers 2xx at `run.health`/,
    log: ['the last line'],
    after: 14_000,
  },
};

describe('a rollout goes back, what served serves on, and people read why and what to do, when', () => {
  test.each(Object.entries(cases))('%s', async (_title, one) => {
    await bench.reach(wanted(1, 1), ended);
    one.arrange();
    await bench.reach(wanted(2, 2, one.more), waits);
    await bench.later(one.after ?? 0);

    const { rollout, serving, instances } = await bench.reach(wanted(2, 2, one.more), ended);

    const { code, detail = '', fix = '', log } = rollout?.reason ?? {};
    expect({ step: rollout?.step, code }).toEqual({ step: 'rolled-back', code: one.code });
    expect(detail).toMatch(one.says);
    expect(fix).toMatch(one.fix);
    if (one.log !== undefined) expect(log).toEqual(one.log);
    expect(serving?.number).toBe(1);
    expect(instances.map(({ release, state }) => [release, state])).toEqual([
      [1, 'healthy'],
      [1, 'healthy'],
    ]);
  });
});

const away = (code: string) =>
  noAnswer(Object.assign(new Error('no'), { code }), deployment, 'berlin:6443');

test.each([
  ['is away', 'cluster-unreachable', /nothing listens there/, () => away('ECONNREFUSED')],
  ['has a name that does not exist', 'cluster-unreachable', /its name/, () => away('ENOTFOUND')],
  [
    'does not accept our credentials',
    ...(['cluster-credentials', /have expired/] as const),
    () => refusal(401, { message: 'Unauthorized' }, deployment),
  ],
] as const)(
  'an API server that %s ends no rollout: it goes on once that is over',
  async (_title, code, says, error) => {
    await bench.reach(wanted(1, 1), ended);
    const over = bench.cluster.fail(({ verb }) => verb === 'apply', error());

    await expect(bench.driver.apply(wanted(2, 2))).rejects.toMatchObject({
      ...{ code, detail: expect.stringMatching(says) as string },
    });
    over();

    const { rollout, serving } = await bench.reach(wanted(2, 2), ended);
    expect([rollout?.step, serving?.number]).toEqual(['done', 2]);
  },
);

test('a cluster that lacks an API has all else, and the placement says what it does without', async () => {
  const lacking = ['policy/v1/PodDisruptionBudget', 'autoscaling/v2/HorizontalPodAutoscaler'];
  const { kinds } = await bench.cluster.served();
  bench.serve(new Set([...kinds].filter((kind) => !lacking.includes(kind))));

  const done = await bench.reach(wanted(1, 1, { most: 4 }), ended);

  expect(done.rollout?.step).toBe('done');
  expect(done.notes).toEqual([
    { what: 'scaling to 4', because: expect.stringContaining('Kubernetes 1.23') as string },
    { what: 'disruption budget', because: expect.stringContaining('1.21') as string },
  ]);
});

describe('a quota', () => {
  test('that what leaves frees in time ends nothing', async () => {
    await bench.reach(wanted(1, 1), ended);
    bench.refuse = () => quota;
    await bench.reach(wanted(2, 2), waits);
    await bench.later(20_000);
    expect((await bench.reach(wanted(2, 2), waits)).rollout?.step).toBe('waiting-healthy');

    bench.refuse = () => undefined;
    await bench.later(1);

    expect((await bench.reach(wanted(2, 2), ended)).rollout?.step).toBe('done');
  });

  test('that keeps the release task out ends the rollout, and says so', async () => {
    const more = { run: { release: ['node', 'migrate.js'] } };
    await bench.reach(wanted(1, 1), ended);
    bench.refuse = ({ kind }) => (kind === 'Job' ? quota : undefined);
    await bench.reach(wanted(2, 2, more), ({ rollout }) => rollout?.step === 'release-task');
    await bench.later(32_000);

    const { rollout } = await bench.reach(wanted(2, 2, more), ended);

    expect(rollout).toMatchObject({ step: 'rolled-back', reason: { code: 'quota-exceeded' } });
  });

  test('that keeps out instances with volumes is known by what the cluster warns of', async () => {
    const more = { run: { volume: '/srv/files' } };
    bench.refuse = ({ kind }) => (kind === 'StatefulSet' ? quota : undefined);
    await bench.reach(wanted(1, 1, more), waits);
    await bench.later(32_000);

    const { rollout } = await bench.reach(wanted(1, 1, more), ended);

    expect(rollout).toMatchObject({ step: 'failed', reason: { code: 'quota-exceeded' } });
  });
});
