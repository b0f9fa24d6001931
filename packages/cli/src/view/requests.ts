import type { RequestView } from '@pltf/contracts';
import { idOf } from '../api/names.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { pairs } from '../output/table.ts';
import { ago, until } from '../output/time.ts';
import { printTable } from './print-table.ts';

export const requestId = (text: string): string => idOf(text, '`pltf request list` shows the ids.');

const dueOf = ({ state, answerBy, overdue, decidedAt }: RequestView, now: number): string => {
  if (state !== 'open') return decidedAt === undefined ? '' : ago(decidedAt, now);
  return overdue ? `promised ${ago(answerBy, now)}` : until(answerBy, now);
};

export function requestTable(output: Output, rows: readonly RequestView[], now: number): void {
  const { style } = output;
  printTable(output, rows, [
    { title: 'REQUEST', value: ({ title }) => safe(title), paint: style.bold },
    { title: 'FOR', value: ({ component }) => safe(component ?? ''), cut: 'middle' },
    { title: 'STATE', value: ({ state }) => state, cut: 'never' },
    { title: 'ANSWERS', value: ({ owner }) => safe(owner), cut: 'middle' },
    {
      title: 'WHEN',
      value: (row) => dueOf(row, now),
      cut: 'never',
      paint: (text, { overdue }) => (overdue ? style.red(text) : text),
    },
    { title: 'ASKED BY', value: ({ requester }) => safe(requester), cut: 'middle' },
    { title: 'ID', value: ({ id }) => id, wraps: true },
  ]);
}

/** Everything about one request. */
export function printRequest(output: Output, request: RequestView, now: number): void {
  const { style } = output;
  const { state, decidedBy, decisionReason } = request;
  output.print(`${style.bold(safe(request.title))}  ${state}`);
  const lines = pairs(
    [
      ['Id', request.id],
      ['For', request.component === undefined ? undefined : safe(request.component)],
      ['What', safe(request.what)],
      ['Asked by', safe(`${request.requester}, ${ago(request.askedAt, now)}`)],
      ['Answers', safe(request.owner)],
      [state === 'open' ? 'Promised' : 'Decided', dueOf(request, now)],
      ['Decided by', decidedBy === undefined ? undefined : safe(decidedBy)],
      ['Because', decisionReason === undefined ? undefined : safe(decisionReason)],
    ],
    style.dim,
  );
  for (const line of lines) output.print(`  ${line}`);
}
