import type { Client, ComponentDetail, OperationView } from '@pltf/contracts';
import { sendOnce } from '../../api/send.ts';
import type { Context } from '../../context.ts';
import type { Invocation } from '../../definition.ts';
import { followMaking } from '../../follow/operation.ts';
import { safe } from '../../output/safe-text.ts';
import { pairs } from '../../output/table.ts';
import { between, duration } from '../../output/time.ts';
import { showPlan } from '../../view/creation-plan.ts';
import type { createServiceCommand } from './command.ts';
import { creationRequest } from './request.ts';

type CreateInvocation = Invocation<typeof createServiceCommand>;

/** Creates a component and follows it until its review app answers. */
export async function run(
  {
    path,
    arguments: { name },
    options,
  }: Pick<CreateInvocation, 'arguments' | 'options'> & { readonly path: readonly string[] },
  context: Context,
): Promise<number> {
  const body = creationRequest({ kind: path[1], name, options });
  const client = await context.api();
  if (options.plan) return showPlan(context, await client.planComponent({ body }));
  const started = await sendOnce((call) => client.createComponent({ body }, call));
  return followCreation(context, client, started);
}

/** Follows a creation and says what came of it; also for `attach`. */
export const followCreation = (
  context: Context,
  client: Client,
  started: OperationView,
): Promise<number> =>
  followMaking(context, client, started.id, async (operation) => {
    const component = await client.getComponent({ params: { component: operation.subject } });
    printCreated(context, operation, component);
  });

function printCreated(
  { out }: Context,
  operation: OperationView,
  component: ComponentDetail,
): void {
  const { style } = out;
  const took = between(operation.startedAt, operation.finishedAt);
  const name = safe(component.name);
  const review = component.placements.find(({ url }) => url !== undefined);
  out.print();
  out.print(
    `${style.green('✔')} ${style.bold(name)} is there${took === undefined ? '' : `, in ${duration(took)}`}.`,
  );
  const lines = pairs(
    [
      ['Review app', review?.url === undefined ? undefined : style.cyan(safe(review.url))],
      [
        'Clone',
        component.repository === undefined ? undefined : safe(component.repository.cloneUrl),
      ],
      ['Page', safe(component.pageUrl)],
    ],
    style.dim,
  );
  for (const line of lines) out.print(`  ${line}`);
  out.print();
  out.print('What to try next');
  const next = [
    ...(component.repository === undefined
      ? []
      : [
          [
            `git clone ${safe(component.repository.cloneUrl)}`,
            'change a line and push it (`pltf setup-git` once, for the password)',
          ] as const,
        ]),
    [`pltf logs ${name} -f`, 'what it says'] as const,
    [`pltf promote ${name}`, 'the same release goes on to production, never a rebuild'] as const,
    [`pltf show ${name}`, 'everything about it'] as const,
  ];
  for (const line of pairs(next)) out.print(`  ${line}`);
}
