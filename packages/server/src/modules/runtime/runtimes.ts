import { type PlatformFile, PltfError, type RuntimeRule } from '@pltf/contracts';
import { placementUrl } from '@pltf/plan';
import type { Clock } from '../../kernel/clock.ts';
import type { PlatformSource } from '../../kernel/platform-source.ts';
import type { Placement } from './placement/placement.ts';
import type { RuntimeDriver } from './runtime-driver.ts';

/** A runtime of the platform file, opened. */
export interface OpenRuntime extends AsyncDisposable {
  readonly driver: RuntimeDriver;
  /** Since when what is behind it has not answered; undefined while it does. */
  lostSince(): Date | undefined;
  /** Why; undefined while it answers, and where nothing more is known. */
  lostBecause?(): PltfError | undefined;
}

type Driver = RuntimeRule['driver'];
type RuleOf<D extends Driver> = Extract<RuntimeRule, { driver: D }>;

/** How a runtime of each driver is opened; what it needs of libraries is loaded only then. */
export type RuntimeOpeners = {
  readonly [D in Driver]?: (name: string, rule: RuleOf<D>) => Promise<OpenRuntime>;
};

/** The runtimes of the platform file in force, by the names that they have there. */
export interface Runtimes extends AsyncDisposable {
  /** Throws `runtime-missing` for one that the platform file does not name, or no driver here can open. */
  named(name: string): Promise<RuntimeDriver>;
  /** Where the placement is, or would be. */
  of(placement: Pick<Placement, 'runtime' | 'environment'>): Promise<RuntimeDriver>;
  /** Since when nothing is known of what is there; undefined while it answers. */
  lostSince(placement: Pick<Placement, 'runtime' | 'environment'>): Date | undefined;
  /** Why; undefined while it answers, and where nothing more is known. */
  lostBecause(placement: Pick<Placement, 'runtime' | 'environment'>): PltfError | undefined;
  /** Opens those that environments run on, and keeps to the platform file from now on. Answers with how to stop. */
  follow(onError: (runtime: string, error: unknown) => void): () => void;
}

interface Entry {
  /** The rule that it was made by. */
  readonly made: string;
  readonly opening: Promise<OpenRuntime>;
  open: OpenRuntime | undefined;
  failedSince: Date | undefined;
  failure: unknown;
}

/** The runtime that an environment runs on now. */
export const runtimeIn = ({ environments }: PlatformFile, environment: string): string =>
  environments.find(({ name }) => name === environment)?.runtime ?? 'agent';

/** Where a placement answers; undefined for one without an address, or on a runtime without a way in. */
export function addressOf(
  platform: PlatformFile,
  { hosts, runtime, environment }: Pick<Placement, 'hosts' | 'runtime' | 'environment'>,
  routerPort: number,
): string | undefined {
  const [host] = hosts;
  if (host === undefined) return undefined;
  return placementUrl(platform, runtime ?? runtimeIn(platform, environment), host, routerPort);
}

/** One driver for each runtime: opened when it is needed, made anew when its rule changes, closed when it goes. */
export function runtimesByName(
  platform: PlatformSource,
  openers: RuntimeOpeners,
  clock: Clock,
): Runtimes {
  const entries = new Map<string, Entry>();
  const whereOf = ({ runtime, environment }: Pick<Placement, 'runtime' | 'environment'>): string =>
    runtime ?? runtimeIn(platform.current(), environment);
  const drop = (name: string, entry: Entry): Promise<void> => {
    entries.delete(name);
    return entry.opening.then(
      (open) => open[Symbol.asyncDispose](),
      () => undefined,
    );
  };
  const open = (name: string): Entry => {
    const rule = ruleNamed(platform.current(), name);
    const made = JSON.stringify(rule);
    const known = entries.get(name);
    const failed = known?.failedSince;
    if (known?.made === made && failed === undefined) return known;
    if (known !== undefined) void drop(name, known);
    const entry: Entry = {
      ...{ made, opening: openBy(openers, name, rule), open: undefined, failedSince: failed },
      failure: known?.failure,
    };
    entries.set(name, entry);
    entry.opening.then(
      (opened) => {
        entry.open = opened;
        entry.failedSince = undefined;
        entry.failure = undefined;
      },
      (error: unknown) => {
        entry.failedSince ??= clock.now();
        entry.failure = error;
      },
    );
    return entry;
  };
  const named = async (name: string): Promise<RuntimeDriver> => (await open(name).opening).driver;
  const close = async (): Promise<void> => {
    await Promise.all([...entries].map(([name, entry]) => drop(name, entry)));
  };
  const keepTo = (onError: (runtime: string, error: unknown) => void): void => {
    const { runtimes, environments } = platform.current();
    for (const [name, entry] of entries) {
      if (entry.made !== JSON.stringify(runtimes[name])) void drop(name, entry);
    }
    for (const name of new Set(environments.map(({ runtime }) => runtime))) {
      named(name).catch((error: unknown) => onError(name, error));
    }
  };
  return {
    named,
    of: (placement) => named(whereOf(placement)),
    lostSince: (placement) => {
      const entry = entries.get(whereOf(placement));
      return entry?.failedSince ?? entry?.open?.lostSince();
    },
    lostBecause: (placement) => {
      const entry = entries.get(whereOf(placement));
      if (entry?.failure instanceof PltfError) return entry.failure;
      return entry?.open?.lostBecause?.();
    },
    follow: (onError) => {
      keepTo(onError);
      return platform.subscribe(() => keepTo(onError));
    },
    [Symbol.asyncDispose]: close,
  };
}

function ruleNamed({ runtimes }: PlatformFile, name: string): RuntimeRule {
  const rule = Object.hasOwn(runtimes, name) ? runtimes[name] : undefined;
  if (rule !== undefined) return rule;
  throw new PltfError('runtime-missing', {
    detail: `the platform file has no runtime \`${name}\``,
    fix: `It has: ${Object.keys(runtimes).join(', ')}. Where something still runs on \`${name}\`, put it back until that has moved.`,
  });
}

async function openBy(
  openers: RuntimeOpeners,
  name: string,
  rule: RuntimeRule,
): Promise<OpenRuntime> {
  const opener = openers[rule.driver] as
    | ((name: string, rule: RuntimeRule) => Promise<OpenRuntime>)
    | undefined;
  if (opener !== undefined) return opener(name, rule);
  throw new PltfError('runtime-missing', {
    detail: `the runtime \`${name}\` needs the driver \`${rule.driver}\`, which this server does not have`,
    fix: `It has: ${Object.keys(openers).join(', ')}.`,
  });
}
