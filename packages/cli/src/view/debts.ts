import type { DebtItem } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { ago, until } from '../output/time.ts';
import { printTable } from './print-table.ts';

function stateOf(item: DebtItem): string {
  switch (item.kind) {
    case 'failing':
      return item.state === 'warn' ? 'warned' : item.state === 'deny' ? 'denied' : 'error';
    case 'exception':
      if (item.flagged) return 'approve anew';
      return item.unneeded ? 'not needed' : item.state === 'pending' ? 'asked for' : 'excepted';
    default:
      return item.overdue ? 'overdue' : 'to answer';
  }
}

function whenOf(item: DebtItem, now: number): string {
  if (item.kind === 'exception') return `ends ${until(item.expiresAt, now)}`;
  if (item.kind === 'request')
    return item.overdue ? `promised ${ago(item.answerBy, now)}` : until(item.answerBy, now);
  return item.enforceFrom === undefined ? ago(item.since, now) : `denied from ${item.enforceFrom}`;
}

const whatOf = (item: DebtItem): string =>
  item.kind === 'failing'
    ? `${item.guardrail}: ${item.message ?? item.title}`
    : item.kind === 'exception'
      ? `${item.guardrail}: ${item.title}`
      : item.title;

/** What a team owes, most pressing first. */
export function debtTable(output: Output, rows: readonly DebtItem[], now: number): void {
  const { style } = output;
  printTable(output, rows, [
    {
      title: 'WHERE',
      value: (item) => safe(item.kind === 'failing' ? item.placement : (item.component ?? '')),
      cut: 'middle',
      paint: style.bold,
    },
    {
      title: 'STATE',
      value: stateOf,
      cut: 'never',
      paint: (text) =>
        text === 'denied' || text === 'overdue' || text === 'error'
          ? style.red(text)
          : style.yellow(text),
    },
    { title: 'WHAT', value: (item) => safe(whatOf(item)) },
    { title: 'WHEN', value: (item) => whenOf(item, now), cut: 'never' },
    { title: 'TEAM', value: ({ team }) => safe(team), cut: 'middle' },
    {
      title: 'ID',
      value: (item) =>
        item.kind === 'exception' ? item.exception : item.kind === 'request' ? item.request : '',
      wraps: true,
    },
  ]);
}
