import type { DriftedField } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { type Adoption, withAdoptions } from './adopt-field.ts';
import { explainField } from './explain-field.ts';
import { readField } from './field-text.ts';
import { placementWith, type SpecChange } from './testing/render-inputs.ts';

const sizes = new Map([
  ['small', { memoryMiB: 256, cpu: 0.25 }],
  ['medium', { memoryMiB: 512, cpu: 0.5 }],
  ['wide', { memoryMiB: 256, cpu: 1 }],
]);
const fixed = { run: { instances: { minimum: 2, maximum: 2 } } };
const container = '.spec.template.spec.containers[name="users-api"]';

const drifted = (
  object: string,
  field: string,
  live?: unknown,
  wanted: unknown = 'x',
): DriftedField => ({
  object,
  field,
  manager: 'kubectl-edit',
  ...(wanted === null ? {} : { wanted: JSON.stringify(wanted) }),
  ...(live === undefined ? {} : { live: JSON.stringify(live) }),
});
const adoptions = (fields: readonly DriftedField[], spec: SpecChange = fixed) =>
  withAdoptions(fields, { placement: placementWith(spec), sizes }).map(({ adopt }) => adopt);
const adoption = (
  object: string,
  field: string,
  live?: unknown,
  spec?: SpecChange,
): Adoption | undefined => adoptions([drifted(object, field, live)], spec)[0];

describe('what to write into the thin file to keep a drifted field', () => {
  it('is the number of instances', () => {
    const ofReplicas = (live: unknown, spec?: SpecChange) =>
      adoption('Deployment users-api', '.spec.replicas', live, spec);

    expect(ofReplicas(5)).toEqual({ path: 'run.instances', value: '5' });
    expect(ofReplicas(3, {})).toEqual({ path: 'run.instances', value: '3..6' });
    expect(ofReplicas(9, {})).toEqual({ path: 'run.instances', value: '9' });
    expect(ofReplicas(0)).toBeUndefined();
    expect(ofReplicas(101)).toBeUndefined();
  });

  it('is the range of an autoscaler, from both of its ends', () => {
    const ends = [
      drifted('HorizontalPodAutoscaler users-api', '.spec.minReplicas', 3),
      drifted('HorizontalPodAutoscaler users-api', '.spec.maxReplicas', 9),
    ];

    expect(adoptions(ends, {})).toEqual(ends.map(() => ({ path: 'run.instances', value: '3..9' })));
    expect(adoptions(ends.slice(0, 1), {})).toEqual([{ path: 'run.instances', value: '3..6' }]);
  });

  it('is the size that has these amounts, and nothing where none has', () => {
    const deployment = 'Deployment users-api';
    const at = (part: string, live: unknown) =>
      drifted(deployment, `${container}.resources.${part}`, live);
    const medium = { path: 'run.size', value: 'medium' };
    const all = [
      at('requests.cpu', '500m'),
      at('requests.memory', '512Mi'),
      at('limits.memory', '0.5Gi'),
    ];

    expect(adoptions(all)).toEqual([medium, medium, medium]);
    expect(adoptions([at('requests.cpu', '1')])).toEqual([{ path: 'run.size', value: 'wide' }]);
    expect(adoptions([at('limits.memory', '768Mi')])).toEqual([undefined]);
    expect(adoptions([at('limits.memory', '512Mi'), at('requests.memory', '300Mi')])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('is a setting, also one that was added, and never one of the platform', () => {
    const map = 'ConfigMap users-api';

    expect(adoption(map, '.data.LOG_LEVEL', 'debug')).toEqual({
      path: 'run.env.LOG_LEVEL',
      value: 'debug',
    });
    expect(adoptions([drifted(map, '.data.DEBUG', '1', null)])).toEqual([
      { path: 'run.env.DEBUG', value: '1' },
    ]);
    expect(adoption(map, '.data.PLTF_TEAM', 'mine')).toBeUndefined();
    expect(adoption(map, '.data.LOG_LEVEL')).toBeUndefined();
    expect(adoption('ConfigMap users-api-dashboard', '.data.x', 'y')).toBeUndefined();
  });

  it('is the path of a probe, the port, the schedule', () => {
    const deployment = 'Deployment users-api';
    const ports = [
      drifted(deployment, `${container}.ports[containerPort=8080,protocol="TCP"]`),
      drifted(
        deployment,
        `${container}.ports[containerPort=9000,protocol="TCP"].containerPort`,
        9000,
        null,
      ),
    ];

    expect(adoption(deployment, `${container}.readinessProbe.httpGet.path`, '/ready')).toEqual({
      path: 'run.health',
      value: '/ready',
    });
    expect(adoptions(ports)).toEqual([undefined, { path: 'run.port', value: '9000' }]);
    // As a file in a repository names it, of which lists are told apart by names.
    const named = `${container}.ports[name="http"].containerPort`;
    expect(adoption(deployment, named, 9000)).toEqual({ path: 'run.port', value: '9000' });
    expect(adoption(deployment, named, 'http')).toBeUndefined();
    expect(adoption('CronJob users-api', '.spec.schedule', '0 4 * * *')).toEqual({
      path: 'schedule',
      value: '0 4 * * *',
    });
  });

  it('is the drain, which is the grace without the pause and the margin', () => {
    const field = '.spec.template.spec.terminationGracePeriodSeconds';

    expect(adoption('Deployment users-api', field, 70)).toEqual({
      path: 'run.drain',
      value: '60s',
    });
    expect(adoption('Deployment users-api', field, 65, { ...fixed, kind: 'worker' })).toEqual({
      path: 'run.drain',
      value: '60s',
    });
    expect(adoption('Deployment users-api', field, 3)).toBeUndefined();
  });

  it('is the other hosts, while the platform’s own is still there', () => {
    const own = 'users-api.example.com';
    const rules = [{ host: own }, { host: 'users.example.org' }];
    const routes = { path: 'routes', value: 'users.example.org' };

    expect(adoption('Ingress users-api', '.spec.rules', rules)).toEqual(routes);
    expect(adoption('HTTPRoute users-api', '.spec.hostnames', [own, 'users.example.org'])).toEqual(
      routes,
    );
    expect(
      adoption('HTTPRoute users-api', '.spec.hostnames', ['users.example.org']),
    ).toBeUndefined();
  });

  it('is nothing for what the thin file has no word for', () => {
    expect(adoption('Deployment users-api', `${container}.image`, 'other')).toBeUndefined();
    expect(adoption('NetworkPolicy users-api-dns', '.spec.egress', [])).toBeUndefined();
    expect(
      adoption('Deployment users-api', '.metadata.labels.pltf.dev/owner', 'me'),
    ).toBeUndefined();
  });
});

describe('a field as an API server writes it', () => {
  it('is read so that the renderer can say where it came from', () => {
    expect(readField(`${container}.image`)).toEqual([
      'spec',
      'template',
      'spec',
      'containers',
      0,
      'image',
    ]);
    expect(readField('.metadata.labels.app.kubernetes.io/name')).toEqual([
      'metadata',
      'labels',
      'app.kubernetes.io/name',
    ]);
    expect(readField('.spec.selector.matchLabels.app')).toEqual([
      'spec',
      'selector',
      'matchLabels',
      'app',
    ]);
    expect(readField('.spec.x[a="]b"].c')).toEqual(['spec', 'x', 0, 'c']);
    expect(readField('.metadata.finalizers[="a/b"]')).toEqual(['metadata', 'finalizers', 0]);
    expect(readField('')).toEqual([]);
  });

  it('leads to the line behind it', () => {
    expect(explainField('Deployment', readField('.spec.replicas'))?.from).toContain(
      'spec.run.instances',
    );
    expect(explainField('Deployment', readField(`${container}.image`))?.from).toEqual([
      'release.image',
    ]);
    expect(explainField('ConfigMap', readField('.data.LOG_LEVEL'))?.from).toContain('spec.run.env');
  });
});
