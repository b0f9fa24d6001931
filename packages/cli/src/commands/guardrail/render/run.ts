import { type Guardrail, type PlatformFacts, PltfError } from '@pltf/contracts';
import { blockYaml, type GuardedObject, placementDefinition, renderAdmission } from '@pltf/plan';
import type { Run } from '../../../command.ts';
import type { Context } from '../../../context.ts';
import { exit } from '../../../exit.ts';
import { planWith } from '../../../thin-file/plan-texts.ts';
import type { guardrailRenderCommand } from './command.ts';

/** Prints guardrails as ValidatingAdmissionPolicies. */
export const run: Run<typeof guardrailRenderCommand> = async (
  { arguments: { guardrail } },
  context,
) => {
  const now = new Date();
  const facts = await factsWithExcepted(context);
  const objects = exceptedObjects(facts, now);
  const rendered = chosen(facts.guardrails, guardrail).map((one) => ({
    name: one.metadata.name,
    ...renderAdmission(one, { now, exceptions: facts.exceptions, objects }),
  }));
  const documents = [placementDefinition(), ...rendered.flatMap((one) => one.objects)];
  if (context.json) context.out.document({ items: documents });
  else context.out.print(blockYaml(documents).trimEnd());
  for (const { name, kubernetes, notes } of rendered) {
    const needs = kubernetes === undefined ? ['no Kubernetes evaluates it'] : [];
    for (const note of [...needs, ...notes]) context.err.print(`${name}: ${note}`);
  }
  return exit.done;
};

/** The platform's facts, with the components that have an exception as they are now. */
async function factsWithExcepted(context: Context): Promise<PlatformFacts> {
  const client = await context.api();
  const facts = await client.platformFacts({ query: {} });
  const components = [...new Set(facts.exceptions.map(({ scope }) => scope.component))];
  if (components.length === 0) return facts;
  return client.platformFacts({ query: { components: components.join(',') } });
}

/** What exceptions were approved for, as the thin files applied last say it. */
function exceptedObjects(facts: PlatformFacts, now: Date): readonly GuardedObject[] {
  const texts = Object.values(facts.components).flatMap(({ thinFile }) =>
    thinFile === undefined ? [] : [{ text: thinFile, fileName: 'pltf.yaml' }],
  );
  return planWith(facts, texts, now).flatMap(({ placements }) =>
    placements.map((object) => ({
      object,
      subject: `${object.metadata.name}.${object.metadata.namespace}`,
      environment: object.spec.environment,
    })),
  );
}

function chosen(guardrails: readonly Guardrail[], name: string | undefined): readonly Guardrail[] {
  if (name === undefined) return guardrails;
  const found = guardrails.filter(({ metadata }) => metadata.name === name);
  if (found.length > 0) return found;
  throw new PltfError('not-found', {
    detail: `there is no guardrail ${name.slice(0, 60)} in force`,
    fix: '`pltf guardrail list` shows them.',
  });
}
