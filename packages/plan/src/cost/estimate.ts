import type { Need, PlanCost, PlatformFile, RunSpec, Spec } from '@pltf/contracts';
import { type Amount, amount, shownAmount, shownRate, sum } from './amount.ts';

export type CostLine = PlanCost['lines'][number];

/** One placement's month, exact. */
export interface PlacementCost {
  readonly monthly: Amount;
  readonly lines: readonly CostLine[];
}

/** Hours of a month: 365 days × 24 h ÷ 12. */
const hoursPerMonth = 730;
const mebibytesPerGibibyte = 1024;

/**
 * What one placement costs a month: its smallest number of instances for 730 hours at the size's own price, or at the
 * rates for memory and processor where the size has none; and the monthly price of each backing service of its own.
 */
export function placementCost(
  platform: PlatformFile,
  environment: string,
  run: RunSpec | undefined,
  needs: Readonly<Record<string, Need>>,
): PlacementCost {
  const priced = [
    ...(run === undefined ? [] : [instancesCost(platform, run)]),
    ...Object.entries(needs).flatMap(([name, need]) => needCost(platform, name, need)),
  ];
  return {
    monthly: sum(priced.map(({ monthly }) => monthly)),
    lines: priced.map(({ monthly, what, quantity, rate }) => ({
      environment,
      what,
      quantity,
      rate,
      monthly: shownAmount(monthly),
    })),
  };
}

interface Priced {
  readonly what: string;
  readonly quantity: string;
  readonly rate: string;
  readonly monthly: Amount;
}

function instancesCost(platform: PlatformFile, run: RunSpec): Priced {
  const hourly = instanceHour(platform, run);
  const { minimum } = run.instances;
  return {
    what: `${run.size} instance`,
    quantity: `${minimum} × ${hoursPerMonth} h`,
    rate: `${shownRate(hourly)}/h`,
    monthly: hourly.times(minimum).times(hoursPerMonth),
  };
}

/** One instance for an hour. */
function instanceHour({ sizes, rates }: PlatformFile, run: RunSpec): Amount {
  const own = Object.hasOwn(sizes, run.size) ? sizes[run.size]?.hourly : undefined;
  if (own !== undefined) return amount(own);
  // Divided last, and by a power of two: no digit is lost.
  const memory = amount(rates.memoryGiBHour).times(run.memoryMiB).div(mebibytesPerGibibyte);
  return memory.plus(amount(rates.cpuHour).times(run.cpu));
}

function needCost({ offers }: PlatformFile, name: string, need: Need): readonly Priced[] {
  if (need.kind !== 'offer') return [];
  const plan = offers[need.offer]?.plans[need.plan];
  const monthly = amount(plan?.monthly ?? '0');
  const what = `${name}: ${need.offer}/${need.plan}`;
  return [{ what, quantity: '1', rate: `${shownRate(monthly)}/month`, monthly }];
}

/** What a component of kind `resource` offers is paid like a need of its own. */
export function sharedNeed(spec: Spec, environment: string): Readonly<Record<string, Need>> {
  const offer = spec.offers?.[environment] ?? spec.offer;
  return offer === undefined ? {} : { [spec.name]: { kind: 'offer', ...offer } };
}

/** What a component costs by environment; previews come and go with branches, and are not among them. */
export type CostByEnvironment = ReadonlyMap<string, PlacementCost>;

const totalOf = (costs: CostByEnvironment): Amount =>
  sum([...costs.values()].map(({ monthly }) => monthly));

/** Cost before and after, against the budgets of the component and of each environment. */
export function planCost(
  platform: PlatformFile,
  before: CostByEnvironment,
  after: CostByEnvironment,
  budget: string | undefined,
): PlanCost {
  const total = totalOf(after);
  const { currency } = platform.rates;
  const over = (spent: Amount, limit: string, where: string): readonly string[] =>
    spent.gt(limit)
      ? [`over budget: ${shownAmount(spent)} of ${shownAmount(amount(limit))} ${currency} ${where}`]
      : [];
  const overruns = [
    ...(budget === undefined ? [] : over(total, budget, 'in all')),
    ...platform.environments.flatMap(({ name, budget: limit }) => {
      const cost = after.get(name);
      return limit === undefined || cost === undefined
        ? []
        : over(cost.monthly, limit, `in ${name}`);
    }),
  ];
  return {
    currency,
    before: shownAmount(totalOf(before)),
    after: shownAmount(total),
    ...(budget === undefined ? {} : { budget: shownAmount(amount(budget)) }),
    overBudget: overruns.length > 0,
    assumptions: [...assumptions(platform), ...overruns],
    lines: [...after.values()].flatMap(({ lines }) => lines),
  };
}

function assumptions({ rates, sizes }: PlatformFile): readonly string[] {
  const unpriced =
    amount(rates.memoryGiBHour).eq(0) &&
    amount(rates.cpuHour).eq(0) &&
    Object.values(sizes).some(({ hourly }) => hourly === undefined);
  return [
    `the smallest number of instances, ${hoursPerMonth} hours a month`,
    'previews, traffic and storage are not counted',
    ...(unpriced ? ['the platform file has no rates: what has no price counts as 0'] : []),
  ];
}
