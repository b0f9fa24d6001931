import { PlatformFile, RunSpec } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amount, sum } from './amount.ts';
import { placementCost, planCost } from './estimate.ts';

const run = (size: string, memoryMiB: number, cpu: number, minimum: number): RunSpec =>
  RunSpec.parse({
    ...{ size, memoryMiB, cpu, env: {}, drainMs: 0, startTimeoutMs: 0 },
    instances: { minimum, maximum: minimum },
  });

describe('the cost of a placement', () => {
  test("is the size's own price for 730 hours of each of the fewest instances", () => {
    const platform = PlatformFile.parse({
      sizes: { small: { memoryMiB: 256, cpu: 0.25, hourly: '0.0125' } },
    });

    const cost = placementCost(platform, 'prod', run('small', 256, 0.25, 3), {});

    expect(cost.lines).toEqual([
      {
        environment: 'prod',
        what: 'small instance',
        quantity: '3 × 730 h',
        rate: '0.0125/h',
        monthly: '27.38',
      },
    ]);
    expect(cost.monthly.toString()).toBe('27.375');
  });

  test('without a price of its own is memory and processor at the rates', () => {
    const platform = PlatformFile.parse({ rates: { memoryGiBHour: '0.01', cpuHour: '0.04' } });

    const { monthly } = placementCost(platform, 'prod', run('small', 256, 0.25, 1), {});

    expect(monthly.toString()).toBe('9.125');
  });

  test('has a line for each backing service of its own, and none for what others pay', () => {
    const platform = PlatformFile.parse({
      offers: { postgres: { plans: { small: { monthly: '12.50' } } } },
    });

    const { lines } = placementCost(platform, 'prod', undefined, {
      db: { kind: 'offer', offer: 'postgres', plan: 'small' },
      users: { kind: 'service', service: 'users-api' },
      key: { kind: 'secret', secret: 'key' },
    });

    expect(lines.map(({ what, monthly }) => [what, monthly])).toEqual([
      ['db: postgres/small', '12.50'],
    ]);
  });
});

const rate = fc.integer({ min: 0, max: 999_999_999 }).map((millionths) => {
  const text = String(millionths).padStart(7, '0');
  return { millionths: BigInt(millionths), text: `${text.slice(0, -6)}.${text.slice(-6)}` };
});

test('sums are those of whole numbers: nothing drifts, in whatever order', () => {
  fc.assert(
    fc.property(fc.array(rate, { minLength: 1, maxLength: 200 }), (rates) => {
      const exact = rates.reduce((total, { millionths }) => total + millionths, 0n);

      const forwards = sum(rates.map(({ text }) => amount(text)));
      const backwards = sum(rates.toReversed().map(({ text }) => amount(text)));

      expect(forwards.times(1_000_000).toFixed(0)).toBe(String(exact));
      expect(backwards.eq(forwards)).toBe(true);
    }),
  );
});

test('memory at a rate is exact to the last digit', () => {
  fc.assert(
    fc.property(
      rate,
      fc.integer({ min: 32, max: 1_048_576 }),
      fc.integer({ min: 1, max: 100 }),
      (price, mib, count) => {
        const platform = PlatformFile.parse({ rates: { memoryGiBHour: price.text } });

        const { monthly } = placementCost(platform, 'prod', run('small', mib, 0.05, count), {});

        // Over 2^10 MiB and 10^6 millionths: both sides as whole numbers.
        const exact = price.millionths * BigInt(mib) * BigInt(count) * 730n;
        expect(monthly.times(1024).times(1_000_000).toFixed(0)).toBe(String(exact));
      },
    ),
  );
});

describe('the cost of a plan', () => {
  const platform = PlatformFile.parse({
    sizes: { small: { memoryMiB: 256, cpu: 0.25, hourly: '0.01' } },
    environments: [{ name: 'staging' }, { name: 'prod', budget: '10' }],
  });
  const cost = (environment: string, minimum: number) =>
    [
      environment,
      placementCost(platform, environment, run('small', 256, 0.25, minimum), {}),
    ] as const;

  test('is held against the budget of the component', () => {
    const made = planCost(
      platform,
      new Map(),
      new Map([cost('staging', 1), cost('prod', 1)]),
      '14',
    );

    expect(made).toMatchObject({
      before: '0.00',
      after: '14.60',
      budget: '14.00',
      overBudget: true,
    });
    expect(made.assumptions.at(-1)).toBe('over budget: 14.60 of 14.00 EUR in all');
  });

  test('is held against the budget of each environment', () => {
    const made = planCost(platform, new Map(), new Map([cost('prod', 2)]), undefined);

    expect(made.overBudget).toBe(true);
    expect(made.assumptions.at(-1)).toBe('over budget: 14.60 of 10.00 EUR in prod');
  });

  test('says so when the platform has no prices', () => {
    const { assumptions } = planCost(PlatformFile.parse({}), new Map(), new Map(), undefined);

    expect(assumptions).toContain('the platform file has no rates: what has no price counts as 0');
  });
});
