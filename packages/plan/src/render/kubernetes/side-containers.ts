import type { RunSpec, SideContainer } from '@pltf/contracts';
import type { JsonObject, JsonValue } from '../../template/json.ts';
import { literal } from './bound-text.ts';
import { secretNames, sortedKeys } from './configuration.ts';
import { boundVariables, handlerOf, mountsOf, nameInPod, sidesOf } from './container-parts.ts';
import { containerSecurity } from './container-security.ts';
import { shortened } from './names.ts';
import type { Fields } from './object.ts';
import { type Placed, since } from './placed.ts';
import { startSeconds } from './probes.ts';
import { cpuQuantity, memoryQuantity } from './quantity.ts';

/** When a side container runs: to its end before the others, from before them on, or beside them. */
export type Turn = 'first' | 'before' | 'beside';

/**
 * What others wait for runs first: to its end, or (from Kubernetes 1.29 on) as an init container that goes on. Who
 * waits for the first container itself starts beside it: a pod has no order for that.
 */
export function turnOf(placed: Placed, side: string): Turn {
  const { run } = placed.spec;
  const main = mainName(run);
  const waited = [run, ...sidesOf(run).map(([, other]) => other)].map(
    ({ after = {} }) => after[side],
  );
  if (waited.includes('complete')) return 'first';
  const first = waited.some((state) => state === 'started' || state === 'healthy');
  const waitsForMain = main !== undefined && run.containers?.[side]?.after?.[main] !== undefined;
  return first && !waitsForMain && since(placed, 29) ? 'before' : 'beside';
}

/** What the containers that are waited for call the first one. */
export const mainName = ({ startOrder = [], containers = {} }: RunSpec): string | undefined =>
  startOrder.find((name) => containers[name] === undefined);

export interface SideContainers {
  readonly initial: readonly JsonValue[];
  readonly beside: readonly JsonValue[];
  /** A /tmp for each of them. */
  readonly volumes: readonly JsonValue[];
}

/** The containers beside the first one, those that start before it in the order in which they have to. */
export function sideContainers(placed: Placed): SideContainers {
  const { run } = placed.spec;
  const order = run.startOrder ?? [];
  const sides = sidesOf(run).toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const initial: JsonValue[] = [];
  const beside: JsonValue[] = [];
  for (const [name, side] of sides) {
    const turn = turnOf(placed, name);
    (turn === 'beside' ? beside : initial).push(sideContainer(placed, name, side, turn));
  }
  const volumes = sides.map(([name]) => ({
    name: tmpName(name),
    emptyDir: { sizeLimit: '64Mi' },
  }));
  return { initial, beside, volumes };
}

const tmpName = (side: string): string => shortened(`tmp-${side}`);

function sideContainer(placed: Placed, name: string, side: SideContainer, turn: Turn): JsonObject {
  const inPod = nameInPod(placed.spec.component, name);
  const made: Fields = {
    name: inPod,
    image: side.image,
    imagePullPolicy: side.image.includes('@sha256:') ? 'IfNotPresent' : 'Always',
  };
  if (turn === 'before') made['restartPolicy'] = 'Always';
  if (side.command !== undefined) made['command'] = side.command.map(literal);
  if (side.args !== undefined) made['args'] = side.args.map(literal);
  made['securityContext'] = containerSecurity;
  const env = [
    ...sortedKeys(side.env).map((key) => ({ name: key, value: literal(side.env[key] ?? '') })),
    ...boundVariables(placed, side.bound),
  ];
  if (env.length > 0) made['env'] = env;
  // Secrets only where a variable has places for them.
  const secrets = side.bound === undefined ? [] : secretNames(placed);
  if (secrets.length > 0)
    made['envFrom'] = secrets.map((secret) => ({ secretRef: { name: secret } }));
  if (turn !== 'first') Object.assign(made, sideProbes(placed, side));
  const { memoryMiB, cpu } = askedBy(side);
  const memory = memoryQuantity(memoryMiB);
  made['resources'] = { requests: { cpu: cpuQuantity(cpu), memory }, limits: { memory } };
  made['volumeMounts'] = mountsOf(placed, inPod, side, {
    name: tmpName(name),
    mountPath: '/tmp',
  });
  return made;
}

function sideProbes(placed: Placed, { probes = {} }: SideContainer): Fields {
  const made: Fields = {};
  const ready = probes.readiness && handlerOf(probes.readiness);
  const alive = probes.liveness && handlerOf(probes.liveness);
  if (ready !== undefined) {
    made['startupProbe'] = { ...ready, periodSeconds: 1, failureThreshold: startSeconds(placed) };
    made['readinessProbe'] = { ...ready, periodSeconds: 5, timeoutSeconds: 2 };
  }
  if (alive !== undefined)
    made['livenessProbe'] = { ...alive, periodSeconds: 10, timeoutSeconds: 2, failureThreshold: 6 };
  return made;
}

interface Amounts {
  readonly memoryMiB: number;
  readonly cpu: number;
}

/** For a container that does not say what it needs. */
const usual: Amounts = { memoryMiB: 64, cpu: 0.05 };
const least: Amounts = { memoryMiB: 32, cpu: 0.05 };

const askedBy = ({ requests, limits }: SideContainer): Amounts => ({
  memoryMiB: Math.max(1, Math.ceil(limits?.memoryMiB ?? requests?.memoryMiB ?? usual.memoryMiB)),
  cpu: requests?.cpu ?? limits?.cpu ?? usual.cpu,
});

/** The most memory that a container beside the first one takes; 0 where there is none. */
export const largestSideMiB = ({ run }: Placed['spec']): number =>
  sidesOf(run).reduce((most, [, side]) => Math.max(most, askedBy(side).memoryMiB), 0);

/** What is left of the size for the first container, and what a whole instance takes. */
export function sharesOf(placed: Placed): { readonly main: Amounts; readonly pod: Amounts } {
  const { run } = placed.spec;
  const size: Amounts = { memoryMiB: run.memoryMiB, cpu: run.cpu };
  const sides = sidesOf(run);
  if (sides.length === 0) return { main: size, pod: size };
  const asked = (first: boolean): readonly Amounts[] =>
    sides
      .filter(([name]) => (turnOf(placed, name) === 'first') === first)
      .map(([, side]) => askedBy(side));
  const beside = asked(false).reduce(plus, { memoryMiB: 0, cpu: 0 });
  const main: Amounts = {
    memoryMiB: Math.max(least.memoryMiB, size.memoryMiB - beside.memoryMiB),
    cpu: Math.max(least.cpu, Math.round((size.cpu - beside.cpu) * 1000) / 1000),
  };
  const most = [main, ...asked(true)].reduce((a, b) => ({
    memoryMiB: Math.max(a.memoryMiB, b.memoryMiB),
    cpu: Math.max(a.cpu, b.cpu),
  }));
  return { main, pod: plus(most, beside) };
}

const plus = (a: Amounts, b: Amounts): Amounts => ({
  memoryMiB: a.memoryMiB + b.memoryMiB,
  cpu: a.cpu + b.cpu,
});
