import type { ExceptionView } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { pairs } from '../output/table.ts';
import { ago, until } from '../output/time.ts';
import { printTable } from './print-table.ts';
import { paintState } from './wellness.ts';

const scopeOf = ({ scope: { component, environment } }: ExceptionView): string =>
  environment === undefined ? component : `${component} in ${environment}`;

/** What somebody should do about it; empty when nothing. */
const noteOf = ({ use, flag }: ExceptionView): string =>
  flag !== undefined ? 'approve anew' : use === 'unneeded' ? 'not needed' : '';

export function exceptionTable(output: Output, rows: readonly ExceptionView[], now: number): void {
  const { style } = output;
  printTable(output, rows, [
    { title: 'GUARDRAIL', value: ({ guardrail }) => safe(guardrail), paint: style.bold },
    { title: 'FOR', value: (row) => safe(scopeOf(row)), cut: 'middle' },
    {
      title: 'STATE',
      value: ({ state }) => state,
      cut: 'never',
      paint: (text) => (text === 'pending' ? style.yellow(text) : paintState(text, style)),
    },
    {
      title: 'ENDS',
      value: ({ state, expiresAt, endedAt }) =>
        state === 'pending' || state === 'approved'
          ? until(expiresAt, now)
          : endedAt === undefined
            ? ''
            : ago(endedAt, now),
      cut: 'never',
    },
    { title: 'OWNER', value: ({ owner, team }) => safe(`${owner} (${team})`), cut: 'middle' },
    { title: '', value: noteOf, cut: 'never', paint: style.yellow },
    { title: 'ID', value: ({ id }) => id, wraps: true },
  ]);
}

/** Everything about one exception. */
export function printException(output: Output, exception: ExceptionView, now: number): void {
  const { style } = output;
  const { guardrail, guardrailTitle, severity, state, flag } = exception;
  output.print(
    `${style.bold(safe(guardrail))}  ${safe(guardrailTitle)}${severity === undefined ? '' : `  ${severity}`}  ${state === 'approved' ? style.yellow('excepted') : state}`,
  );
  const lines = pairs(
    [
      ['Id', exception.id],
      ['For', safe(scopeOf(exception))],
      ['Owner', safe(`${exception.owner} of ${exception.team}`)],
      ['Asked by', safe(`${exception.requester}, ${ago(exception.requestedAt, now)}`)],
      ['Reason', safe(exception.reason)],
      ['Meanwhile', safe(exception.compensatingControl)],
      ['Ticket', exception.ticket === undefined ? undefined : safe(exception.ticket)],
      ['Approved by', exception.approver === undefined ? undefined : safe(exception.approver)],
      [
        'Because',
        exception.decisionReason === undefined ? undefined : safe(exception.decisionReason),
      ],
      ['Ends', `${exception.expiresAt.slice(0, 10)}, ${until(exception.expiresAt, now)}`],
      ['Ended', endingOf(exception, now)],
      [
        'Flagged',
        flag === undefined
          ? undefined
          : safe(`${flag.reason}; ends ${until(flag.endsAt, now)} unless approved anew`),
      ],
    ],
    style.dim,
  );
  for (const line of lines) output.print(`  ${line}`);
  if (state === 'pending' || state === 'approved') printExempted(output, exception);
}

function endingOf(
  { endedAt, endedBy, endedReason }: ExceptionView,
  now: number,
): string | undefined {
  if (endedAt === undefined) return undefined;
  const by = endedBy === 'platform' ? 'by itself' : `by ${endedBy ?? 'somebody'}`;
  const why = endedReason === undefined || endedReason === '' ? '' : `: ${endedReason}`;
  return safe(`${ago(endedAt, now)} ${by}${why}`);
}

function printExempted(output: Output, { exempts, state, use }: ExceptionView): void {
  const { style } = output;
  output.print();
  output.print(style.bold(state === 'pending' ? 'It would exempt' : 'It exempts'));
  if (exempts.length === 0)
    output.print(style.dim('  Nothing: what it was asked for breaks nothing any more.'));
  for (const { placement, found, message, where, covered } of exempts) {
    const place = where === undefined ? '' : ` (${where})`;
    const is = { placed: 'runs', planned: 'not placed yet', refused: 'was refused' }[found];
    output.print(`  ${safe(placement)}  ${is}: ${safe(message)}${safe(place)}`);
    if (state === 'approved' && !covered)
      output.print(`    ${style.red('not covered')}: it is other than what was approved`);
  }
  if (use === 'unneeded')
    output.print(style.yellow('  Nothing needs it any more: `pltf exception revoke` ends it.'));
}
