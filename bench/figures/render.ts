import { createYamlWriter, type RenderInput, renderPlacement } from '@pltf/plan';
import { stringify } from 'yaml';
import type { Figure } from '../figure.ts';
import { plainCluster, servicesOn, watchedCluster } from '../render/service-inputs.ts';
import type { Group } from './group.ts';

const bar = 20_000;
/** The figure counts services of eight objects; whole placements have more. */
const objectsOfAService = 8;
const services = 2000;
const passesBefore = 4;

/** From placements to the bytes of their objects, on this thread, without input or output. */
export const render: Group = {
  name: 'render',
  longestMs: 120_000,
  measure: ({ rounds, quick }, signal) => {
    const measured = (name: string, inputs: readonly RenderInput[]): Figure => {
      const samples: number[] = [];
      const others: number[] = [];
      const write = createYamlWriter();
      // What a server does all day is compiled by the engine after some passes.
      let size = written(inputs, write);
      for (let pass = 1; pass < passesBefore; pass += 1) size = written(inputs, write);
      for (let round = 0; round < rounds; round += 1) {
        signal.throwIfAborted();
        const since = performance.now();
        size = written(inputs, write);
        samples.push(perSecond(size.objects, since));
        others.push(rateOfYaml(inputs.slice(0, quick ? 10 : 50)));
      }
      const each = (amount: number): string => (amount / inputs.length).toFixed(0);
      return {
        name,
        unit: 'services/s',
        samples,
        comparedWith: { name: 'package `yaml`', samples: others },
        bar: { kind: 'at-least', value: bar },
        notes: [
          `a service counts as ${objectsOfAService} objects; those rendered have ${each(size.objects)} objects in ${each(size.bytes)} bytes`,
        ],
      };
    };
    return Promise.resolve([
      measured('render services to YAML', servicesOn(plainCluster, services)),
      measured('the same with alerts and dashboards', servicesOn(watchedCluster, services)),
    ]);
  },
};

const encoder = new TextEncoder();

/** Renders each and writes it to bytes; answers how much it was. */
function written(
  inputs: readonly RenderInput[],
  write: (objects: ReturnType<typeof renderPlacement>) => Uint8Array,
): { readonly objects: number; readonly bytes: number } {
  let objects = 0;
  let bytes = 0;
  for (const input of inputs) {
    const rendered = renderPlacement(input);
    objects += rendered.length;
    bytes += write(rendered).length;
  }
  return { objects, bytes };
}

function rateOfYaml(inputs: readonly RenderInput[]): number {
  const since = performance.now();
  const { objects } = written(inputs, (rendered) =>
    encoder.encode(rendered.map((object) => stringify(object)).join('---\n')),
  );
  return perSecond(objects, since);
}

const perSecond = (objects: number, since: number): number =>
  objects / objectsOfAService / ((performance.now() - since) / 1000);
