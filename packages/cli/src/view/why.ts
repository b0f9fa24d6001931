import { type Plan, PltfError } from '@pltf/contracts';
import { explain } from '@pltf/plan/planning';
import type { Context } from '../context.ts';
import { safe } from '../output/safe-text.ts';
import { pairs } from '../output/table.ts';

const sources: Readonly<Record<string, string>> = {
  'thin-file': 'the thin file',
  'golden-path': 'the golden path',
  'platform-file': 'the platform file',
  'repository': 'the repository',
  'guardrail': 'a guardrail',
  'policy': 'the policy on personal data',
  'default': 'a default',
};

/** Where one value of a plan comes from; throws when there is no such value, with the nearest that is there. */
export function printWhy(
  { out, json }: Pick<Context, 'out' | 'json'>,
  plan: Plan,
  path: string,
): void {
  const explanation = explain(plan, path);
  if (!explanation.found) {
    const { nearest } = explanation;
    throw new PltfError('not-found', {
      detail: `${plan.component} has no value \`${path}\``,
      fix:
        nearest === undefined
          ? `There are: ${shortest(explanation.paths).join(', ')}.`
          : `Did you mean \`${nearest}\`?`,
    });
  }
  const { provenance, values } = explanation;
  if (json) {
    out.document({ component: plan.component, path: explanation.path, values, ...provenance });
    return;
  }
  const value = values.map(({ environment, value }) =>
    environment === '' || values.length === 1
      ? JSON.stringify(value)
      : `${JSON.stringify(value)} in ${environment}`,
  );
  const same = new Set(values.map((one) => JSON.stringify(one.value))).size === 1;
  const told = same ? JSON.stringify(values[0]?.value) : value.join(', ');
  out.print(out.style.bold(safe(explanation.path)));
  const lines = pairs(
    [
      ['Value', values.length === 0 ? undefined : safe(told)],
      ['From', sources[provenance.source] ?? provenance.source],
      ['Where', provenance.where === undefined ? undefined : safe(provenance.where)],
      ['Because', safe(provenance.because)],
    ],
    out.style.dim,
  );
  for (const line of lines) out.print(`  ${line}`);
}

const mostPaths = 30;

/** Those that hold for every environment, which are the ones people ask for. */
const shortest = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => !path.startsWith('envs.')).slice(0, mostPaths);
