import {
  type Api,
  type CallOptions,
  type Client,
  type InputOf,
  type PlatformPlan,
  type PlatformVersionView,
  PltfError,
} from '@pltf/contracts';
import { sendOnce } from '../../api/send.ts';
import type { Context } from '../../context.ts';
import { exit } from '../../exit.ts';
import { printPlatformPlan, refusePlatformPlan } from '../../view/platform-plan.ts';

/** What the platform is told that the person has seen. */
export interface Shown {
  readonly expected: PlatformPlan['base'];
  readonly plan: string;
}

export interface PlatformChangeRequest {
  readonly what: InputOf<Api['planPlatform']>['body'];
  /** The command that does it without asking. */
  readonly again: string;
  readonly send: (
    client: Client,
    shown: Shown,
    call: CallOptions,
  ) => Promise<{ readonly version: PlatformVersionView; readonly plan: PlatformPlan }>;
}

interface OnPurpose {
  readonly 'let-go': readonly string[];
  readonly 'take-out': readonly string[];
}

/** What the platform is told that is meant: runtimes that are left behind, environments that go with what runs there. */
export const onPurpose = ({
  'let-go': letGo,
  'take-out': takeOut,
}: OnPurpose): { letGo?: string[]; takeOut?: string[] } => ({
  ...(letGo.length === 0 ? {} : { letGo: [...letGo] }),
  ...(takeOut.length === 0 ? {} : { takeOut: [...takeOut] }),
});

/** The same, as it is typed. */
export const onPurposeText = ({ 'let-go': letGo, 'take-out': takeOut }: OnPurpose): string =>
  [
    ...letGo.map((name) => ` --let-go ${name}`),
    ...takeOut.map((name) => ` --take-out ${name}`),
  ].join('');

/** Shows the plan, asks, and does exactly that. */
export async function carryOut(context: Context, request: PlatformChangeRequest): Promise<number> {
  const client = await context.api();
  const plan = await client.planPlatform({ body: request.what });
  if (!context.json) printPlatformPlan(context.err, plan);
  refusePlatformPlan(plan);
  if (plan.outcome === 'unchanged') {
    if (context.json) context.out.document({ plan });
    return exit.done;
  }
  await confirm(context, request.again);
  const shown = { expected: plan.base, plan: plan.digest };
  const changed = await sendOnce((call) => request.send(client, shown, call));
  if (context.json) context.out.document(changed);
  else {
    const { out } = context;
    const { number } = changed.version;
    out.print(`${out.style.green('✔')} Version ${number} of the platform is in force.`);
    out.print(out.style.dim(`\`pltf platform revert ${number - 1}\` goes back.`));
  }
  return exit.done;
}

async function confirm({ yes, input, err, json }: Context, again: string): Promise<void> {
  if (yes) return;
  if (!input.interactive || json) {
    throw new PltfError('usage-invalid', {
      detail: 'This was not confirmed, and nobody can be asked here. Nothing was changed.',
      fix: `\`${again}\` does it without asking.`,
    });
  }
  err.write('Do this? Type yes: ');
  const typed = await input.readLine(false);
  if (typed?.trim().toLowerCase() === 'yes') return;
  throw new PltfError('not-confirmed', { detail: 'Nothing was changed.' });
}
