import { PltfError, RequestException } from '@pltf/contracts';
import { componentName, userName } from '../../../api/names.ts';
import { sendOnce } from '../../../api/send.ts';
import type { Run } from '../../../command.ts';
import { exit } from '../../../exit.ts';
import { printException } from '../../../view/exceptions.ts';
import type { exceptionRequestCommand } from './command.ts';

const dayMs = 86_400_000;
const usualDays = 30;

/** Asks for an exception. */
export const run: Run<typeof exceptionRequestCommand> = async (
  { arguments: { name, guardrail }, options },
  context,
) => {
  const { env, reason, control, owner, ticket } = options;
  const parsed = RequestException.safeParse({
    guardrail,
    scope: { component: componentName(name), ...(env === undefined ? {} : { environment: env }) },
    ...(owner === undefined ? {} : { owner: userName(owner) }),
    ...(ticket === undefined ? {} : { ticket }),
    reason: said('reason', reason),
    compensatingControl: said('control', control),
    expiresAt: endOf(options),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.').replace('compensatingControl', 'control') ?? '';
    throw new PltfError('usage-invalid', { detail: `${where}: ${issue?.message ?? 'not valid'}` });
  }
  const client = await context.api();
  const asked = await sendOnce((call) => client.requestException({ body: parsed.data }, call));
  if (context.json) context.out.document(asked);
  else {
    printException(context.out, asked, Date.now());
    context.err.print(`Somebody who may approves it: \`pltf exception approve ${asked.id}\`.`);
  }
  return exit.done;
};

function said(option: string, text: string | undefined): string {
  if (text !== undefined) return text;
  throw new PltfError('usage-invalid', {
    detail: `--${option} is needed`,
    fix: 'See `pltf exception request --help`.',
  });
}

function endOf({
  days,
  until,
}: {
  readonly days: number | undefined;
  readonly until: string | undefined;
}): string {
  if (until === undefined) return new Date(Date.now() + (days ?? usualDays) * dayMs).toISOString();
  const end = new Date(`${until}T23:59:59Z`);
  // The 31st of February would be a day in March.
  const isDay = !Number.isNaN(end.getTime()) && end.toISOString().startsWith(until);
  if (/^\d{4}-\d{2}-\d{2}$/.test(until) && isDay) return end.toISOString();
  throw new PltfError('usage-invalid', {
    detail: `"${until.slice(0, 30)}" is no day`,
    fix: 'Write it as 2027-01-31.',
  });
}
