import type { RunSpec } from '@pltf/contracts';
import { needVariable } from '../../thin-file/resolve-needs.ts';
import { type FilledText, fillPlaces } from '../fill-places.ts';
import type { LeftOut } from '../kubernetes/left-out.ts';

/** Something that a run asks for and an agent cannot give; `key` is the spec's, like `run.env.CACHE`. */
export interface LeftOutOnAgent extends LeftOut {
  readonly key: string;
}

/** What is known of a placement on an agent, and of those that it calls. */
export interface AgentPlace {
  readonly isolation: 'process' | 'docker';
  /** Where it answers; undefined for one without an address. */
  readonly address: AgentAddress | undefined;
  /** Services that it declared, by the name that the need has in the program. */
  readonly callees: Readonly<Record<string, AgentAddress>>;
}

export interface AgentAddress {
  readonly host: string;
  readonly url: string;
}

/**
 * The variables of a program: what the team set, those with places (`${environment.MODE}`, `${route.url}`, `$$`) filled
 * with what an agent knows, and the address of each service that it calls (`PAYMENTS_URL`). One with a place that nobody
 * fills is absent: half a value is worse than none. `leftOutOnAgent` names it.
 */
export function agentVariables(
  { env, bound = {} }: Pick<RunSpec, 'env' | 'bound'>,
  place: AgentPlace,
): Readonly<Record<string, string>> {
  const addresses = Object.entries(place.callees).map(
    ([need, { url }]) => [`${needVariable(need)}_URL`, url] as const,
  );
  const filled = Object.entries(bound).flatMap(([name, text]) => {
    const { open, text: value } = filledText(text, env, place);
    return open.length === 0 ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(addresses), ...env, ...Object.fromEntries(filled) };
}

const filledText = (text: string, env: RunSpec['env'], place: AgentPlace): FilledText =>
  fillPlaces(text, { valueOf: (parts) => valueOf(parts, env, place) });

function valueOf(
  [root, name = '', key = 'url']: readonly string[],
  env: RunSpec['env'],
  { address, callees }: AgentPlace,
): string | undefined {
  if (root === 'environment') return Object.hasOwn(env, name) ? env[name] : undefined;
  if (root === 'route') return address === undefined ? undefined : partOf(address, name);
  const callee = root === 'needs' && Object.hasOwn(callees, name) ? callees[name] : undefined;
  return callee === undefined ? undefined : partOf(callee, key);
}

function partOf({ host, url }: AgentAddress, part: string): string | undefined {
  if (part === 'host') return host;
  if (part === 'url') return url;
  return part === 'port' ? new URL(url).port || '80' : undefined;
}

const onlyOnClusters =
  'agents have none; put the environment on a runtime with the driver `kubernetes` or `gitops`';

/** What a run asks for and an agent cannot give, in the user's terms; the rest runs all the same. */
export function leftOutOnAgent(run: RunSpec, place: AgentPlace): readonly LeftOutOnAgent[] {
  return [...variables(run, place), ...containers(run, place)];
}

function variables({ env, bound = {} }: RunSpec, place: AgentPlace): readonly LeftOutOnAgent[] {
  return Object.entries(bound).flatMap(([name, text]) => {
    const { open } = filledText(text, env, place);
    if (open.length === 0) return [];
    const because = `nothing here gives ${open.join(', ')}; the program does not have it. Set it under \`run.env\`, or give it a default in the program`;
    return [{ key: `run.env.${name}`, what: `variable ${name}`, because }];
  });
}

function containers(run: RunSpec, { isolation }: AgentPlace): readonly LeftOutOnAgent[] {
  const { image, args, command, files = {}, volumes = {}, ports = {}, containers = {} } = run;
  const missing: LeftOutOnAgent[] = [];
  if (isolation === 'process' && namesImage(image)) {
    const because = `plain processes run here, not the image ${image}; put the environment on a runtime with containers`;
    missing.push({ key: 'run.image', what: 'image', because });
  }
  if (args !== undefined && command === undefined) {
    const because = 'only the image knows what they are for; write the whole line as `command`';
    missing.push({ key: 'run.args', what: 'arguments', because });
  }
  const none = (key: string, what: string): LeftOutOnAgent => ({
    ...{ key: `run.${key}`, what },
    because: onlyOnClusters,
  });
  return [
    ...missing,
    ...Object.keys(files).map((path) => none('files', `file ${path}`)),
    ...Object.keys(volumes)
      .filter((path) => path !== run.volume)
      .map((path) => none('volumes', `volume at ${path}`)),
    ...ownProbes(run).map((what) => none('probes', what)),
    ...Object.entries(ports)
      .filter(([, { targetPort }]) => targetPort !== run.port)
      .map(([name]) => none('ports', `port ${name}`)),
    ...Object.keys(containers).map((name) => none('containers', `container ${name}`)),
  ];
}

/** An agent asks for the health path, and for nothing else. */
const ownProbes = ({ probes = {}, health }: RunSpec): readonly string[] =>
  (['liveness', 'readiness'] as const).flatMap((kind) => {
    const asked = probes[kind];
    const isHealth = asked?.httpGet !== undefined && asked.httpGet.path === health;
    return asked === undefined || isHealth ? [] : `${kind} probe`;
  });

/** Whether a run names an image that somebody else built; `.` is the one that the release is. */
export const namesImage = (image: string | undefined): image is string =>
  image !== undefined && image !== '.';
