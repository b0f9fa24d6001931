import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderPlacement } from './render-placement.ts';
import { anyInput, inputWith, type SpecChange } from './testing/render-inputs.ts';
import { type Loose, one } from './testing/rendered-objects.ts';

describe('an instance of a placement', () => {
  it('gives as much room for temporary files as a container of a machine has', () => {
    const room = (memoryMiB: number): string =>
      one(renderPlacement(inputWith({ run: { memoryMiB } })), 'Deployment').spec.template.spec
        .volumes[0].emptyDir.sizeLimit;

    expect([32, 256, 2048].map(room)).toEqual(['64Mi', '128Mi', '1Gi']);
  });

  it('tells a program where it may write, as every other runtime does', () => {
    const env = (spec: SpecChange): Loose[] =>
      one(renderPlacement(inputWith(spec)), spec.run?.volume ? 'StatefulSet' : 'Deployment').spec
        .template.spec.containers[0].env;

    expect(env({})).toContainEqual({ name: 'HOME', value: '/tmp' });
    expect(env({ run: { volume: '/data' } })).toContainEqual({
      name: 'PLTF_VOLUME',
      value: '/data',
    });
  });

  it('gives every instance time: to start, to be taken out, to finish, and its whole room during a rollout', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const objects = renderPlacement(input);
        const { run } = input.placement.spec;
        const quota = one(objects, 'ResourceQuota').spec.hard;
        for (const object of objects.filter(
          ({ kind }) => kind === 'Deployment' || kind === 'StatefulSet',
        ) as Loose[]) {
          const { spec } = object.spec.template;
          const [container] = spec.containers;
          const { sleep, exec } = container.lifecycle?.preStop ?? {};
          const pause = Number(sleep?.seconds ?? exec?.command[1] ?? 0);
          if (container.ports !== undefined) expect(pause).toBe(5);
          expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(
            pause * 1000 + run.drainMs,
          );
          if (container.startupProbe !== undefined)
            expect(
              container.startupProbe.periodSeconds * container.startupProbe.failureThreshold * 1000,
            ).toBeGreaterThanOrEqual(run.startTimeoutMs);
          const instances = object.spec.replicas ?? run.instances.maximum;
          expect(Number(quota.pods)).toBeGreaterThanOrEqual(
            2 * instances + Math.ceil(instances / 4),
          );
          expect(container.resources.limits).toEqual({
            memory: container.resources.requests.memory,
          });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('starts instances again when a setting changes, and changes nothing else of them', () => {
    const template = (env: Record<string, string>): Loose =>
      one(renderPlacement(inputWith({ run: { env } })), 'Deployment').spec.template;
    const before = template({ LOG_LEVEL: 'info' });
    const after = template({ LOG_LEVEL: 'debug' });

    expect(after.metadata.annotations['pltf.dev/config-hash']).not.toBe(
      before.metadata.annotations['pltf.dev/config-hash'],
    );
    expect(after.spec).toEqual(before.spec);
  });
});
