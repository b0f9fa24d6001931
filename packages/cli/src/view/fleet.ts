import type { FleetChangeView, FleetWaveView } from '@pltf/contracts';
import { count } from '../output/count.ts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { until } from '../output/time.ts';

const words: Readonly<Record<FleetChangeView['state'], string>> = {
  running: 'goes out',
  halted: 'is halted',
  aborting: 'is being taken back',
  aborted: 'was taken back',
  finished: 'is everywhere',
  superseded: 'was superseded by a newer one',
};

/** A change on its way to clusters, a line for each wave. */
export function printChange(out: Output, change: FleetChangeView): void {
  const { style } = out;
  const paint = change.state === 'halted' ? style.red : style.bold;
  out.print(paint(`Version ${change.version} of the platform ${words[change.state]}`));
  if (change.reason !== undefined) out.print(`  ${safe(change.reason)}`);
  for (const wave of change.waves) out.print(`  ${lineOf(out, wave)}`);
  if (change.state === 'halted')
    out.print(style.dim('`pltf fleet resume` goes on, `pltf fleet abort` takes it back.'));
}

function lineOf({ style }: Output, wave: FleetWaveView): string {
  const { ring, counts, current, passedAt, soaksUntil, removals } = wave;
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const mark = passedAt !== undefined ? style.green('✔') : current ? style.yellow('▸') : '·';
  const parts = (['done', 'going', 'failed', 'held', 'back'] as const)
    .filter((state) => (counts[state] ?? 0) > 0)
    .map((state) => `${counts[state]} ${state}`);
  const soak = soaksUntil === undefined ? '' : `, soaks: over ${until(soaksUntil, Date.now())}`;
  const detail = parts.length === 0 ? 'waits' : parts.join(', ');
  const out = removals === undefined ? '' : ` (${removals} to be taken out)`;
  return `${mark} ${safe(ring)}: ${count(total, 'placement')}${out}, ${detail}${soak}`;
}
