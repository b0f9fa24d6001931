import type {
  AuditAsOf,
  ExceptionView,
  Guardrail,
  GuardrailResult,
  PlatformView,
  PrivacyMap,
  RequestView,
} from '@pltf/contracts';

/** Rules, who breaks them, who may, who asks; in memory. */
export interface Governance {
  guardrails: readonly Guardrail[];
  hits: GuardrailResult[];
  readonly exceptions: ExceptionView[];
  readonly requests: RequestView[];
  audit: AuditAsOf;
  dataMap: PrivacyMap;
  readonly versions: PlatformView['version'][];
  refused: PlatformView['refused'];
  /** Whether the agent answers. */
  agent: 'ok' | 'down';
}

export const emptyGovernance = (): Governance => ({
  guardrails: [],
  hits: [],
  exceptions: [],
  requests: [],
  audit: { behind: true, placements: 0 },
  dataMap: { asOf: new Date().toISOString(), holders: [], flows: [] },
  versions: [],
  refused: undefined,
  agent: 'ok',
});
