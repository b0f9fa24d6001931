import type {
  EnvironmentRule,
  ErrorItem,
  Need,
  NeedEntry,
  PlatformFile,
  Provenance,
} from '@pltf/contracts';
import { chooseOffer, splitOffer } from './choose-offer.ts';
import type { Value } from './sources.ts';

export interface NeedsRequest {
  readonly component: string;
  readonly needs: ReadonlyMap<string, Value<NeedEntry>>;
  readonly platform: PlatformFile;
  readonly environment: EnvironmentRule;
  readonly report: (problem: ErrorItem) => void;
  readonly explain: (need: string, provenance: Provenance) => void;
}

/** What a component needs in one environment, each with its offer and plan. */
export function resolveNeeds(request: NeedsRequest): Readonly<Record<string, Need>> {
  const { needs, report, explain } = request;
  const resolved: Record<string, Need> = {};
  const byVariable = new Map<string, string>();
  for (const [name, entry] of needs) {
    const variable = needVariable(name);
    const other = byVariable.get(variable);
    byVariable.set(variable, name);
    if (other !== undefined) {
      const fix = 'Give one of them another name.';
      const message = `needs: \`${other}\` and \`${name}\` would both be ${variable}_… in the program`;
      report({ where: entry.where, message, fix });
      continue;
    }
    const need = needOf(request, name, entry);
    if (need === undefined) continue;
    resolved[name] = need;
    explain(name, entry.provenance);
  }
  return resolved;
}

/** What the variables of a need begin with: `DB` for `db`, `EVENT_STORE` for `event-store`. */
export const needVariable = (need: string): string => need.toUpperCase().replace(/[^A-Z0-9]/g, '_');

function needOf(
  request: NeedsRequest,
  name: string,
  { value, where }: Value<NeedEntry>,
): Need | undefined {
  if (typeof value === 'string') return offerNeed(request, name, splitOffer(value), where);
  if ('offer' in value) return offerNeed(request, name, value, where);
  if ('secret' in value) return { kind: 'secret', secret: value.secret };
  const other = 'service' in value ? value.service : value.resource;
  if (other === request.component) {
    const fix = 'Leave it out: a program reaches itself on its own port.';
    request.report({ where, message: `needs.${name}: it needs itself`, fix });
    return undefined;
  }
  return 'service' in value
    ? { kind: 'service', service: other }
    : { kind: 'resource', resource: other };
}

function offerNeed(
  { platform, environment, report }: NeedsRequest,
  name: string,
  asked: { readonly offer: string; readonly plan?: string | undefined },
  where: string,
): Need | undefined {
  const choice = chooseOffer(platform, environment, asked);
  if ('chosen' in choice) return { kind: 'offer', ...choice.chosen };
  report({ where, message: `needs.${name}: ${choice.message}`, fix: choice.fix });
  return undefined;
}
