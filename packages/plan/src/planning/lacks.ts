import type { Plan, PlatformFile, Spec } from '@pltf/contracts';
import { routeUrl } from '../hosts.ts';
import {
  type AgentAddress,
  type AgentPlace,
  type LeftOutOnAgent,
  leftOutOnAgent,
} from '../render/agent/agent-run.ts';
import type { PlacedSpec } from './placement-objects.ts';

type Lack = Plan['lacks'][number];

/** What a plan's environments cannot give of what is asked for, so that nothing is absent in silence. */
export function lacksOf(
  spec: Spec,
  placed: readonly PlacedSpec[],
  platform: PlatformFile,
  why: Plan['why'],
): readonly Lack[] {
  return [
    ...(spec.origin?.notes ?? []).map((because) => ({ what: 'Score file', because })),
    ...placed.flatMap((one) => [
      ...unmetIn(spec, one),
      ...onAgent(spec, one, platform).map(({ key, ...lack }) => {
        const where = why[key]?.where;
        const environment = one.environment.name;
        return { environment, ...lack, ...(where === undefined ? {} : { where }) };
      }),
    ]),
  ];
}

const unmetIn = ({ unmet = {} }: Spec, { environment: { name } }: PlacedSpec): readonly Lack[] =>
  Object.entries(unmet[name] ?? {}).map(([need, because]) => ({
    environment: name,
    what: `need ${need}`,
    because,
  }));

/** Clusters say themselves what they lack, once it is known which one it is. */
function onAgent(
  spec: Spec,
  { environment, object }: PlacedSpec,
  { runtimes }: PlatformFile,
): readonly LeftOutOnAgent[] {
  const { name, runtime } = environment;
  const rule = runtimes[runtime];
  const run = spec.run[name];
  if (run === undefined || rule?.driver !== 'agent') return [];
  const [route] = object.spec.routes;
  const callees = Object.entries(spec.needs[name] ?? {}).flatMap(([need, what]) =>
    what.kind === 'service' ? [[need, addressAt(what.service)] as const] : [],
  );
  const place: AgentPlace = {
    isolation: rule.isolation,
    address: route === undefined ? undefined : addressAt(route.host),
    callees: Object.fromEntries(callees),
  };
  return leftOutOnAgent(run, place);
}

const usualPort = 80;

/** Only that there is one counts here. */
const addressAt = (host: string): AgentAddress => ({ host, url: routeUrl(host, usualPort) });
