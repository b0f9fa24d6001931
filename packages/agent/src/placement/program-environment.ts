import type { PlacedRelease, PlacedRun } from '@pltf/contracts';
import { agentMarker, unitMarker } from '../process/launch.ts';
import type { Account } from '../sandbox/accounts.ts';

/** What the machine gives to every program, the same for all. */
export interface MachineFacts {
  readonly label: string;
  readonly searchPath: readonly string[];
  readonly language: string;
  /** True when programs have a /tmp of their own. */
  readonly privateTmp: boolean;
}

export interface ProgramFacts {
  readonly placement: string;
  readonly unit: string;
  readonly account: Account;
  readonly home: string;
  readonly release: PlacedRelease;
  readonly env: PlacedRun['env'];
  readonly port?: number | undefined;
  readonly volume?: string | undefined;
}

/** What every program finds besides what was asked for; nothing of the platform's own environment. */
export function baseEnvironment(
  machine: MachineFacts,
  account: Account,
  unit: string,
  home: string,
): Record<string, string> {
  return {
    [agentMarker]: machine.label,
    [unitMarker]: unit,
    PLTF_COMPONENT: account.owner.component,
    PLTF_TEAM: account.owner.team,
    HOME: home,
    TMPDIR: machine.privateTmp ? '/tmp' : account.temporary,
  };
}

/** The whole environment of an instance or a release command. */
export function programEnvironment(
  machine: MachineFacts,
  facts: ProgramFacts,
): Record<string, string> {
  const environment = facts.placement.slice(facts.placement.lastIndexOf('.') + 1);
  return {
    PATH: machine.searchPath.join(':'),
    LANG: machine.language,
    ...facts.env,
    ...baseEnvironment(machine, facts.account, facts.unit, facts.home),
    PLTF_PLACEMENT: facts.placement,
    PLTF_ENVIRONMENT: environment,
    PLTF_RELEASE: String(facts.release.number),
    PLTF_COMMIT: facts.release.commit,
    PLTF_INSTANCE: facts.unit,
    ...(facts.port === undefined ? {} : { PORT: String(facts.port), HOST: '127.0.0.1' }),
    ...(facts.volume === undefined ? {} : { PLTF_VOLUME: facts.volume }),
  };
}
