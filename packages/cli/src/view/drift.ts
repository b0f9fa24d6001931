import type { DriftedField, DriftView } from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { ago } from '../output/time.ts';
import { printTable } from './print-table.ts';

const longest = 60;
const short = (json: string): string =>
  safe(json.length <= longest ? json : `${json.slice(0, longest)}…`);

/** `5 instead of 2`. */
function valuesOf({ wanted, live }: DriftedField): string {
  if (wanted === undefined) return `${short(live ?? '')}, which nobody asked for`;
  return live === undefined
    ? `gone; was ${short(wanted)}`
    : `${short(live)} instead of ${short(wanted)}`;
}

/** `.spec.replicas of Deployment users-api: 5 instead of 2`. */
export const driftSentence = (drifted: DriftedField): string =>
  `${safe(drifted.field)} of ${safe(drifted.object)}: ${valuesOf(drifted)}`;

/** What drifted in one placement, with who did it and what can be done. */
export function printFindings(out: Output, { placement, items }: DriftView, now: number): void {
  const { style } = out;
  out.print(`${style.bold(safe(placement))}  ${style.yellow(`${items.length} drifted`)}`);
  for (const item of items) {
    out.print('');
    out.print(`  ${style.bold(safe(item.object))}  ${safe(item.field)}`);
    out.print(`    ${valuesOf(item)}`);
    const who = item.user === undefined ? item.manager : `${item.user} by ${item.manager}`;
    const since = item.since === undefined ? '' : `, ${ago(item.since, now)}`;
    out.print(style.dim(`    by ${safe(who)}${since}`));
    if (item.because !== undefined) {
      const where = item.where === undefined ? '' : ` (${safe(item.where)})`;
      out.print(style.dim(`    asked for: ${safe(item.because)}${where}`));
    }
    for (const line of remedies(item)) out.print(`    → ${line}`);
  }
  out.print('');
  out.print(`pltf drift revert ${safe(placement)}   takes it back`);
  if (items.some(({ adopt, adopted }) => adopt !== undefined && adopted !== true))
    out.print(`pltf drift adopt ${safe(placement)}    writes it into the thin file`);
}

function remedies(item: DriftView['items'][number]): readonly string[] {
  const { adopt, adopted, suggestion } = item;
  const keep =
    adopted === true
      ? ['the thin file says so already: promote the release that has it']
      : adopt === undefined
        ? []
        : [`keep it: ${safe(adopt.path)} = ${safe(adopt.value)}`];
  return [...keep, ...(suggestion === undefined ? [] : [safe(suggestion)])];
}

interface Row {
  readonly placement: string;
  readonly asOf: string;
  readonly drifted: DriftedField;
}

/** Every placement with drift, one line a field. */
export function driftTable(
  out: Output,
  items: readonly {
    readonly placement: string;
    readonly asOf: string;
    readonly drift: readonly DriftedField[];
  }[],
  now: number,
): void {
  const rows: readonly Row[] = items.flatMap(({ placement, asOf, drift }) =>
    drift.map((drifted) => ({ placement, asOf, drifted })),
  );
  printTable(out, rows, [
    {
      title: 'WHERE',
      value: ({ placement }) => safe(placement),
      cut: 'middle',
      paint: out.style.bold,
    },
    { title: 'WHAT', value: ({ drifted }) => driftSentence(drifted) },
    { title: 'BY', value: ({ drifted }) => safe(drifted.manager), cut: 'middle' },
    { title: 'SEEN', value: ({ asOf }) => ago(asOf, now), cut: 'never' },
  ]);
}
