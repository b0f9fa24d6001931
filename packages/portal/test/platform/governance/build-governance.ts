import type { Guardrail, GuardrailResult, Verdict } from '@pltf/contracts';
import { shippedGuardrails } from '@pltf/plan';
import { day, minute, past } from '../times.ts';
import type { World } from '../world.ts';
import { buildDataMap } from './build-data-map.ts';
import { buildExceptions } from './build-exceptions.ts';
import { buildVersions } from './build-platform.ts';
import { buildRequests } from './build-requests.ts';

/** Guardrails as they ship, some of them broken; exceptions in every state. */
export function addGovernance(world: World): void {
  const { governance } = world;
  governance.guardrails = shippedGuardrails();
  governance.hits = buildHits(world);
  governance.exceptions.push(...buildExceptions(world));
  governance.requests.push(...buildRequests());
  governance.versions.push(...buildVersions());
  governance.dataMap = buildDataMap();
  governance.audit = { asOf: past(3 * minute), behind: false, placements: 94 };
}

const broken: readonly (readonly [
  guardrail: string,
  component: string,
  environment: string,
  state: Verdict['state'],
  message: string,
  where: string,
])[] = [
  [
    'tier-1-instances',
    'payments-gateway',
    'prod',
    'deny',
    'tier 1 with 1 of at least 2 instances',
    'pltf.yaml:9:16',
  ],
  [
    'tier-1-instances',
    'users-api',
    'prod',
    'excepted',
    'tier 1 with 1 of at least 2 instances',
    'pltf.yaml:7:16',
  ],
  [
    'tier-1-objective',
    'users-api',
    'prod',
    'warn',
    'tier 1 without an objective for its availability',
    'pltf.yaml:1:1',
  ],
  [
    'drain-long-enough',
    'warehouse-bridge',
    'prod',
    'warn',
    '500 ms to finish requests in flight, of at least 5000 ms',
    'pltf.yaml:12:10',
  ],
  [
    'drain-long-enough',
    'customer-notification-preferences-worker',
    'prod',
    'warn',
    '1000 ms to finish requests in flight, of at least 5000 ms',
    'services/notifications/preferences/pltf.yaml:48:12',
  ],
  [
    'tier-1-objective',
    'ledger',
    'prod',
    'error',
    'no such key: objective.availability (the guardrail itself has to be mended)',
    'pltf.yaml:1:1',
  ],
];

function buildHits({ components, governance }: World): GuardrailResult[] {
  return broken.flatMap(([guardrail, component, environment, state, message, where], index) => {
    const document = governance.guardrails.find(({ metadata }) => metadata.name === guardrail);
    const owner = components.get(component)?.owner;
    if (document === undefined || owner === undefined) return [];
    return [
      {
        placement: `${component}.${environment}`,
        component,
        environment,
        team: owner,
        since: past((index + 1) * 3 * day),
        verdict: verdictOf(document, { component, environment, state, message, where }),
      },
    ];
  });
}

interface Broken {
  readonly component: string;
  readonly environment: string;
  readonly state: Verdict['state'];
  readonly message: string;
  readonly where: string;
}

export const verdictOf = (
  { metadata, spec }: Guardrail,
  { component, environment, state, message, where }: Broken,
): Verdict => ({
  guardrail: metadata.name,
  title: spec.title,
  severity: spec.severity,
  mode: spec.mode,
  state,
  subject: `${component}.${environment}`,
  environment,
  message,
  where,
  why: spec.why,
  remedy: spec.remedy.text,
  digest: '4f1c',
  ...(state === 'excepted'
    ? {
        exception: {
          id: 'exc_00000000000000000000000001',
          owner: 'ben',
          team: 'team-identity',
          expires: past(-9 * day),
        },
      }
    : {}),
  ...(state === 'warn' && spec.mode === 'enforce' ? { enforceFrom: '2027-01-15' } : {}),
});
