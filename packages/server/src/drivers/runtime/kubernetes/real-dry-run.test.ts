import { randomBytes } from 'node:crypto';
import { placementDefinition } from '@pltf/plan';
import { type ClusterFacts, leftOut, type RenderInput, renderPlacement } from '@pltf/plan/render';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  anyInput,
  inputWith,
  type SpecChange,
} from '../../../../../plan/src/render/kubernetes/testing/render-inputs.ts';
import type { ClusterApi } from '../../cluster/cluster-api.ts';
import { openRealCluster, withoutCluster } from '../../cluster/testing/real-cluster.ts';

const missing = withoutCluster();
const environment = `dry${randomBytes(4).toString('hex')}`;
const label = 'users-api';
const atOnce = 8;

type Rendered = Parameters<ClusterApi['apply']>[0];

/** In one namespace, so that only that has to be there for real. */
function here(input: RenderInput): RenderInput {
  const { placement } = input;
  const metadata = { ...placement.metadata, name: label, namespace: environment };
  return {
    ...input,
    placement: { ...placement, metadata, spec: { ...placement.spec, environment } },
  };
}

/** What the API server says of objects that it is only asked about, each once. */
async function refusals(cluster: ClusterApi, objects: readonly Rendered[]): Promise<string[]> {
  const each = [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
  const found: string[] = [];
  const ask = async (object: Rendered): Promise<void> => {
    const what = `${object.kind} ${object.metadata.name}`;
    try {
      const { ok } = await cluster.apply(object, { dryRun: true });
      if (!ok) found.push(`${what}: somebody else has a field of it`);
    } catch (error) {
      found.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const queue = [...each];
  const turn = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) await ask(next);
  };
  await Promise.all(Array.from({ length: atOnce }, turn));
  return found;
}

describe.skipIf(missing !== undefined)(`a real API server ${missing ?? ''}`, () => {
  let cluster: ClusterApi;
  let facts: ClusterFacts;
  const namespace = { apiVersion: 'v1', kind: 'Namespace', name: `${label}--${environment}` };

  beforeAll(async () => {
    cluster = openRealCluster();
    const { minor, kinds } = await cluster.served();
    facts = {
      ...{ minor, kinds, zones: 2, outbound: [{ cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] }] },
      monitoring: { namespace: 'monitoring', labels: {} },
      gateway: { name: 'public', namespace: 'gateways' },
      ingress: { className: 'nginx', namespace: 'ingress-nginx', issuer: 'ca' },
    };
    const [made] = renderPlacement(here(inputWith({}, { cluster: facts })));
    if (made?.kind !== 'Namespace') throw new Error('the namespace comes first');
    await cluster.apply(made);
  });
  afterAll(async () => {
    const live = await cluster.get(namespace);
    if (live !== undefined) await cluster.delete(namespace, { uid: live.metadata.uid });
    await cluster[Symbol.asyncDispose]();
  });

  test('takes all that is rendered for what it serves, whatever it is rendered from', async () => {
    const specs: readonly SpecChange[] = [
      ...['service', 'site', 'worker', 'job', 'resource'].map((kind) => ({ kind })),
      { run: { volume: '/data' } },
    ];
    const chosen = specs.map((spec) => inputWith(spec, { cluster: facts, schedule: '0 3 * * *' }));
    const random = fc.sample(anyInput, { numRuns: 15, seed: 11 });
    const inputs = [...chosen, ...random.map((input) => ({ ...input, cluster: facts }))].map(here);

    const objects = inputs.flatMap((input) => renderPlacement(input));

    const kinds = new Set(objects.map(({ kind }) => kind));
    for (const kind of ['Deployment', 'StatefulSet', 'Service', 'NetworkPolicy', 'ConfigMap'])
      expect([...kinds]).toContain(kind);
    expect(await refusals(cluster, objects)).toEqual([]);
  });

  test('is given nothing that it lacks, and is told what that costs', () => {
    const run = { instances: { minimum: 2, maximum: 6 } };
    const input = here(inputWith({ run }, { cluster: facts }));

    const rendered = renderPlacement(input).map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);

    const told = leftOut(input).map(({ what }) => what);
    for (const [kind, lack] of [
      ['autoscaling/v2/HorizontalPodAutoscaler', 'scaling to 6'],
      ['policy/v1/PodDisruptionBudget', 'disruption budget'],
    ] as const) {
      expect([kind, rendered.includes(kind)]).toEqual([kind, facts.kinds.has(kind)]);
      expect([lack, told.includes(lack)]).toEqual([lack, !facts.kinds.has(kind)]);
    }
  });

  test('takes the definition of placements', async () => {
    expect(await refusals(cluster, [placementDefinition() as unknown as Rendered])).toEqual([]);
  });

  test('says which field it does not know, so that taking something means something', async () => {
    const [, account] = renderPlacement(here(inputWith({}, { cluster: facts })));
    const wrong = { ...account, spec: { nonsense: true } } as unknown as Rendered;

    expect(await refusals(cluster, [wrong])).toEqual([expect.stringContaining('spec')]);
  });
});
