import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wantedPlacement } from '../../../../modules/runtime/testing/rollout-records.ts';
import { type DriverBench, driverBench } from '../testing/driver-bench.ts';
import { maskedObject, maskedText } from './masked.ts';

const namespace = 'users-api--prod';
const id = 'users-api.prod';

describe('what a cluster shows of a placement', () => {
  let bench: DriverBench;
  beforeEach(async () => {
    bench = await driverBench();
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  const evidence = () => bench.driver.evidence?.(id, AbortSignal.timeout(10_000));
  const run = {
    startTimeoutMs: 60_000,
    env: { LOG_LEVEL: 'info', DB_PASSWORD: 'opensesame', STORE: 'redis://app:opensesame@db/0' },
  };
  const place = () =>
    bench.reach(wantedPlacement({ run, instances: 1 }), ({ instances }) =>
      instances.some(({ restarts, state }) => restarts > 0 || state === 'healthy'),
    );

  test('is its objects, without who set which field and without what looks secret', async () => {
    await place();

    const found = await evidence();

    const text = JSON.stringify(found);
    expect(found?.objects.map(({ object }) => object)).toEqual(
      expect.arrayContaining([
        'Deployment users-api',
        'Service users-api',
        'Namespace users-api--prod',
      ]),
    );
    expect(text).not.toContain('managedFields');
    expect(text).not.toContain('opensesame');
    expect(text).toContain('"LOG_LEVEL"');
    expect(found?.record).toMatchObject({ placement: id, stage: 'done' });
    expect(found?.missing).toEqual([]);
  });

  test('is events, conditions and last lines of a container, and of the one before it', async () => {
    bench.fate = () => ({ is: 'crashing', exitCode: 3 });
    const first = bench.reach(
      wantedPlacement({ run, instances: 1 }),
      ({ instances }) => instances.length > 0,
    );
    await first;
    const [pod] = bench.cluster.objects.in(namespace).filter(({ kind }) => kind === 'Pod');
    const name = pod?.metadata.name ?? '';
    bench.cluster.edit({ apiVersion: 'v1', kind: 'Pod', namespace, name }, 'kubelet', {
      status: {
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
        containerStatuses: [
          {
            name: 'users-api',
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
          },
        ],
      },
    });
    bench.cluster.podLogs.write(namespace, name, 'starts with token=opensesame');
    bench.cluster.podLogs.write(namespace, name, 'no database', { previous: true });
    bench.cluster.edit({ apiVersion: 'v1', kind: 'Event', namespace, name: 'e1' }, 'kubelet', {
      ...{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting', count: 4 },
      ...{ involvedObject: { kind: 'Pod', name }, lastTimestamp: '2026-11-21T12:00:00Z' },
    });

    const found = await evidence();

    expect(found?.events).toEqual([
      {
        ...{ at: '2026-11-21T12:00:00.000Z', type: 'Warning', reason: 'BackOff', times: 4 },
        ...{ about: `Pod ${name}`, message: 'Back-off restarting' },
      },
    ]);
    expect(found?.instances).toMatchObject([
      {
        id: name,
        conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
        containers: [
          {
            name: 'users-api',
            status: { restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
            log: [expect.stringContaining('starts with token=[masked]')],
            logBefore: [expect.stringContaining('no database')],
          },
        ],
      },
    ]);
  });

  test('names what cannot be read, and shows the rest', async () => {
    await place();
    bench.cluster.fail({ verb: 'list', kind: 'Event' }, new Error('etcd is away'));
    bench.cluster.fail({ verb: 'get', kind: 'Service' }, new Error('no way'));

    const found = await evidence();

    expect(found?.missing).toEqual(
      expect.arrayContaining([
        { what: 'events', because: 'Error: etcd is away' },
        { what: 'Service users-api', because: 'Error: no way' },
      ]),
    );
    expect(found?.instances).toHaveLength(1);
    expect(found?.objects.map(({ object }) => object)).toContain('Deployment users-api');
  });

  test('is cut where an object is larger than anybody reads', async () => {
    await place();
    const key = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'users-api' };
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`file${index}`, 'x'.repeat(4_000)]),
    );
    bench.cluster.edit(key, 'kubectl', { data: files });

    const found = await evidence();

    const shown = found?.objects.find(({ object }) => object === 'ConfigMap users-api');
    const missing = found?.missing.find(({ what }) => what === 'ConfigMap users-api');
    expect([shown?.content['data'], missing?.because]).toEqual([
      undefined,
      expect.stringContaining('bytes of it are left out'),
    ]);
  });
});

describe('what looks secret', () => {
  test.each([
    ['DB_PASSWORD=hunter2 LOG=info', 'DB_PASSWORD=[masked] LOG=info'],
    ['api-key: "a b c"\nport: 8080', 'api-key: [masked]\nport: 8080'],
    ['postgres://app:hunter2@db:5432/app', 'postgres://app:[masked]@db:5432/app'],
    ['{"authToken":"hunter2","user":"ada"}', '{"authToken":[masked],"user":"ada"}'],
  ])('is masked in %s', (text, masked) => {
    expect(maskedText(text)).toBe(masked);
  });

  test.each([
    'secret "users-api-db" not found',
    "Error: couldn't find key DB_URL in Secret shop/db",
    'listening on http://127.0.0.1:8080',
  ])('is not seen where there is none: %s', (text) => {
    expect(maskedText(text)).toBe(text);
  });

  test('is masked in values of a Secret, of variables and after flags, and their names stay', () => {
    const shown = maskedObject({
      kind: 'Secret',
      metadata: {
        name: 'db',
        managedFields: [],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': 'hunter2',
          team: 'red',
        },
      },
      data: { uri: 'aHVudGVyMg==' },
      env: [
        { name: 'STRIPE_TOKEN', value: 'hunter2' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'uri' } } },
      ],
      args: ['--db-password', 'hunter2', '--port', '80'],
      secretName: 'db',
    });

    expect(shown).toEqual({
      kind: 'Secret',
      metadata: { name: 'db', annotations: { team: 'red' } },
      data: { uri: '[masked]' },
      env: [
        { name: 'STRIPE_TOKEN', value: '[masked]' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'uri' } } },
      ],
      args: ['--db-password', '[masked]', '--port', '80'],
      secretName: 'db',
    });
  });

  test('costs no time in a long text', () => {
    const started = performance.now();

    maskedText('password'.repeat(200_000));
    maskedText('a'.repeat(1_000_000));

    expect(performance.now() - started).toBeLessThan(500);
  });
});
