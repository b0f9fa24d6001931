import {
  createYamlWriter,
  manifestPath,
  type RenderInput,
  renderPlacement,
  ringFolder,
} from '@pltf/plan';
import { plainCluster, servicesOn } from '../render/service-inputs.ts';

/** A fleet on paper: what its clusters should run, written down and running nowhere. */
export interface PaperFleet {
  readonly rings: readonly string[];
  readonly services: number;
  readonly clusters: number;
}

export const wholeFleet: PaperFleet = {
  rings: ['canary', 'eu-1', 'eu-2', 'us-1', 'us-2'],
  services: 10_000,
  clusters: 1_000,
};

/** A tenth of it: to see that it runs. */
export const smallFleet: PaperFleet = { ...wholeFleet, services: 1_000, clusters: 100 };

const environment = 'prod';

/** One service as it is in one ring; `release` is another one than its first. */
function inRing(base: RenderInput, ring: string, release = base.release.number): RenderInput {
  const { placement } = base;
  const { spec } = placement;
  const run = { ...spec.run, env: { ...spec.run.env, RING: ring } };
  return {
    ...base,
    placement: { ...placement, spec: { ...spec, region: ring, run } },
    release: { ...base.release, number: release },
  };
}

const pathOf = ({ placement }: RenderInput, ring: string): string =>
  manifestPath({ ring, label: placement.metadata.name, environment });

export interface PaperManifests {
  /** Every manifest, rendered as it is asked for: a service's rings one after the other, for their texts are alike. */
  readonly all: Iterable<readonly [path: string, bytes: Uint8Array]>;
  /** One service of one ring, in another release. */
  one(service: number, ring: string, release: number): readonly [path: string, bytes: Uint8Array];
  /** Each cluster's folder is its ring's. */
  readonly pointers: ReadonlyMap<string, { readonly of: string }>;
}

/** What the fleet's repository holds. */
export function paperManifests(fleet: PaperFleet): PaperManifests {
  const services = servicesOn(plainCluster, fleet.services);
  const write = createYamlWriter();
  const bytes = (input: RenderInput): Uint8Array => write(renderPlacement(input));
  return {
    all: {
      *[Symbol.iterator]() {
        for (const base of services) {
          for (const ring of fleet.rings) yield [pathOf(base, ring), bytes(inRing(base, ring))];
        }
      },
    },
    one: (service, ring, release) => {
      const base = services[service];
      if (base === undefined) throw new Error(`the fleet has no service ${service}`);
      return [pathOf(base, ring), bytes(inRing(base, ring, release))];
    },
    pointers: new Map(
      Array.from({ length: fleet.clusters }, (_, cluster) => [
        clusterFolder(cluster),
        { of: ringFolder(ringOf(fleet, cluster)) },
      ]),
    ),
  };
}

export const clusterFolder = (cluster: number): string =>
  `clusters/c${String(cluster).padStart(4, '0')}`;

export const ringOf = ({ rings }: PaperFleet, cluster: number): string =>
  rings[cluster % rings.length] ?? '';
