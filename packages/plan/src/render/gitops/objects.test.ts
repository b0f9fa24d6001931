import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../template/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { renderPlacement } from '../kubernetes/render-placement.ts';
import { anyInput, inputWith } from '../kubernetes/testing/render-inputs.ts';
import { blockYaml } from '../yaml/block-yaml.ts';
import { gitopsObjects, lettingGo } from './objects.ts';

const task = { command: ['node', 'migrate.js'] };
const find = (objects: readonly KubernetesObject[], kind: string): KubernetesObject => {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};
const annotation = (object: KubernetesObject, key: string): string | undefined =>
  object.metadata.annotations[key];
const options = 'argocd.argoproj.io/sync-options';
const wave = 'argocd.argoproj.io/sync-wave';
const prune = 'kustomize.toolkit.fluxcd.io/prune';

describe('for Argo CD', () => {
  test('a namespace is pruned and deleted only when somebody confirms it', () => {
    const objects = gitopsObjects({ agent: 'argocd', input: inputWith() });

    expect(annotation(find(objects, 'Namespace'), options)).toBe('Prune=confirm,Delete=confirm');
    expect(annotation(find(objects, 'Deployment'), options)).toBeUndefined();
  });

  test('an unlocked one loses the guard and nothing else', () => {
    const locked = gitopsObjects({ agent: 'argocd', input: inputWith() });
    const unlocked = gitopsObjects({ agent: 'argocd', input: inputWith(), unlocked: true });

    expect(annotation(find(unlocked, 'Namespace'), options)).toBeUndefined();
    expect(unlocked.filter(({ kind }) => kind !== 'Namespace')).toEqual(
      locked.filter(({ kind }) => kind !== 'Namespace'),
    );
  });

  test('what a cluster may not know yet stops no dry run', () => {
    const objects = gitopsObjects({ agent: 'argocd', input: inputWith() });

    expect(annotation(find(objects, 'HTTPRoute'), options)).toBe(
      'SkipDryRunOnMissingResource=true',
    );
    expect(annotation(find(objects, 'NetworkPolicy'), options)).toBeUndefined();
  });

  test('a release task stands in a wave between the settings and the workload', () => {
    const objects = gitopsObjects({ agent: 'argocd', input: inputWith(), task });
    const waves = new Map(objects.map((object) => [object.kind, annotation(object, wave)]));

    expect(waves.get('Namespace')).toBe('-2');
    expect(waves.get('ConfigMap')).toBe('-2');
    expect(waves.get('ServiceAccount')).toBe('-2');
    expect(waves.get('Job')).toBe('-1');
    expect(waves.get('Deployment')).toBeUndefined();
    expect(waves.get('HorizontalPodAutoscaler')).toBeUndefined();
  });

  test('without a release task there are no waves, which cost a pause each', () => {
    const objects = gitopsObjects({ agent: 'argocd', input: inputWith() });

    expect(objects.some((object) => annotation(object, wave) !== undefined)).toBe(false);
  });

  test('the mark by which Argo CD tracks is never written', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const text = blockYaml(gitopsObjects({ agent: 'argocd', input, task }));
        expect(text).not.toContain('tracking-id');
      }),
      { numRuns: 50 },
    );
  });
});

describe('a release task', () => {
  test('is named for its release and its contents, and is not cleaned up and so run again', () => {
    const job = find(gitopsObjects({ agent: 'argocd', input: inputWith(), task }), 'Job');
    const other = find(
      gitopsObjects({
        agent: 'argocd',
        input: inputWith(),
        task: { command: ['node', 'other.js'] },
      }),
      'Job',
    );

    expect(job.metadata.name).toMatch(/^users-api-release-12-[0-9a-z]{6}$/);
    expect(other.metadata.name).not.toBe(job.metadata.name);
    expect((job['spec'] as JsonObject)['ttlSecondsAfterFinished']).toBeUndefined();
  });

  test('comes for Flux in a commit that still has the workload of the release before', () => {
    const good = inputWith({}, { release: { ...inputWith().release, number: 11 } });
    const objects = gitopsObjects({
      agent: 'flux',
      input: inputWith(),
      task,
      before: { workload: good },
    });

    expect(annotation(find(objects, 'Job'), 'pltf.dev/release')).toBe('12');
    expect(annotation(find(objects, 'ConfigMap'), 'pltf.dev/release')).toBe('12');
    expect(annotation(find(objects, 'Deployment'), 'pltf.dev/release')).toBe('11');
  });

  test('comes for Flux without any workload when it is the first release', () => {
    const kinds = gitopsObjects({
      agent: 'flux',
      input: inputWith(),
      task,
      before: { workload: undefined },
    }).map(({ kind }) => kind);

    expect(kinds).toContain('Job');
    expect(kinds).toContain('Namespace');
    expect(kinds).not.toContain('Deployment');
  });
});

describe('for Flux', () => {
  test('a namespace is not pruned unless it is unlocked', () => {
    const locked = gitopsObjects({ agent: 'flux', input: inputWith() });
    const unlocked = gitopsObjects({ agent: 'flux', input: inputWith(), unlocked: true });

    expect(annotation(find(locked, 'Namespace'), prune)).toBe('disabled');
    expect(annotation(find(unlocked, 'Namespace'), prune)).toBeUndefined();
  });

  test('a workload that an autoscaler scales says so', () => {
    const scaled = gitopsObjects({ agent: 'flux', input: inputWith() });
    const fixed = gitopsObjects({
      agent: 'flux',
      input: inputWith({ run: { instances: { minimum: 2, maximum: 2 } } }),
    });

    expect(annotation(find(scaled, 'Deployment'), 'pltf.dev/scaled-by')).toBe('autoscaler');
    expect(annotation(find(fixed, 'Deployment'), 'pltf.dev/scaled-by')).toBeUndefined();
  });
});

test('the manifest holds the very objects of the renderer, plus annotations', () => {
  fc.assert(
    fc.property(anyInput, fc.constantFrom('argocd' as const, 'flux' as const), (input, agent) => {
      const plain = renderPlacement(input);
      const written = gitopsObjects({ agent, input });

      const bare = (objects: readonly KubernetesObject[]) =>
        objects
          .map(({ metadata, ...rest }) => ({
            ...rest,
            metadata: {
              name: metadata.name,
              namespace: metadata.namespace,
              labels: metadata.labels,
            },
          }))
          .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      expect(bare(written)).toEqual(bare(plain));
    }),
    { numRuns: 50 },
  );
});

test('the bytes are the same every time and read back as what was written', () => {
  const objects = gitopsObjects({ agent: 'argocd', input: inputWith(), task });

  const text = blockYaml(objects);

  expect(blockYaml(gitopsObjects({ agent: 'argocd', input: inputWith(), task }))).toBe(text);
  expect(parseAllDocuments(text).map((document) => document.toJSON() as unknown)).toEqual(objects);
  expect(text.length).toBeLessThan(1_000_000);
});

test.each(['argocd', 'flux'] as const)(
  'what %s is to let go of says so on every object, and changes in nothing else',
  (agent) => {
    const objects = gitopsObjects({ agent, input: inputWith() }) as unknown as JsonObject[];
    const once = lettingGo(objects, agent);
    const said = once.map((object) => {
      const { annotations } = object['metadata'] as { readonly annotations: JsonObject };
      return annotations[agent === 'argocd' ? options : prune];
    });

    expect(said.length).toBeGreaterThan(5);
    for (const one of said)
      expect(one).toMatch(
        agent === 'argocd' ? /^Prune=false,Delete=false(?:,Skip|$)/ : /^disabled$/,
      );
    expect(lettingGo(once, agent)).toEqual(once);
    expect(once.map((object) => object['spec'])).toEqual(objects.map((object) => object['spec']));
  },
);
