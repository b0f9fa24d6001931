import type { Client, ComponentDetail, PlacementView, RunView } from '@pltf/contracts';
import { componentName, placementId } from '../../api/names.ts';
import type { Run } from '../../command.ts';
import { exit } from '../../exit.ts';
import type { Output } from '../../output/output.ts';
import { safe } from '../../output/safe-text.ts';
import { pairs } from '../../output/table.ts';
import { ago, until } from '../../output/time.ts';
import { driftSentence } from '../../view/drift.ts';
import { verdictTable } from '../../view/guardrails.ts';
import {
  instanceTable,
  placementTable,
  releaseTable,
  runTable,
  trafficLine,
} from '../../view/tables.ts';
import { paintState } from '../../view/wellness.ts';
import type { showCommand } from './command.ts';

const newest = 5;
const mostLines = 12;

/** Shows a component with what belongs to it, or one placement. */
export const run: Run<typeof showCommand> = async ({ arguments: { name } }, context) => {
  const client = await context.api();
  const { out, json } = context;
  if (name.includes('.')) {
    const placement = await client.getPlacement({ params: { placement: placementId(name) } });
    if (json) out.document(placement);
    else showPlacement(out, placement, Date.now());
    return exit.done;
  }
  const wanted = componentName(name);
  const component = await client.getComponent({ params: { component: wanted } });
  if (json) out.document(component);
  else {
    showComponent(out, component, Date.now());
    showVerdicts(out, await client.listVerdicts({ query: { component: wanted, limit: 20 } }));
  }
  return exit.done;
};

/** What of it does not pass a guardrail; nothing to say is said by silence. */
function showVerdicts(out: Output, { items }: Awaited<ReturnType<Client['listVerdicts']>>): void {
  if (items.length === 0) return;
  section(out, 'Guardrails', items.length, '');
  verdictTable(out, items, 2);
  for (const { verdict } of items)
    if (verdict.state === 'deny' || verdict.state === 'warn')
      out.print(`  ${out.style.dim(safe(verdict.guardrail))} → ${safe(verdict.remedy)}`);
}

function showComponent(out: Output, detail: ComponentDetail, now: number): void {
  const { style } = out;
  const state = detail.state === 'ready' ? detail.wellness : detail.state;
  out.print(`${style.bold(safe(detail.name))}  ${detail.kind}  ${paintState(state, style)}`);
  const lines = pairs(
    [
      ['Description', safe(detail.description)],
      ['Owner', safe(detail.owner)],
      ['Golden path', detail.path === undefined ? undefined : safe(detail.path)],
      ['Clone', detail.repository === undefined ? undefined : safe(detail.repository.cloneUrl)],
      ['Page', safe(detail.pageUrl)],
      ['Changed', ago(detail.changedAt, now)],
      ['Operation', operationText(detail)],
    ],
    style.dim,
  );
  for (const line of lines) out.print(`  ${line}`);
  section(out, 'Environments', detail.placements.length, 'It runs nowhere yet.');
  placementTable(out, detail.placements, { isJob: detail.kind === 'job', indent: 2 });
  for (const placement of detail.placements) {
    const times = scheduleText(placement, now);
    if (times !== undefined) out.print(`  ${safe(placement.id)}: ${times}`);
    showTrouble(out, placement, now);
  }
  section(out, 'Newest releases', detail.releases.length, 'None yet; a green run makes one.');
  releaseTable(out, detail.releases.slice(0, newest), now, 2);
  section(out, 'Newest runs', detail.runs.length, 'None yet; a push begins one.');
  runTable(out, detail.runs.slice(0, newest), now, 2);
  showFailing(out, detail.runs[0]);
}

function operationText({ operation }: ComponentDetail): string | undefined {
  if (operation === undefined || operation.finishedAt !== undefined) return undefined;
  return safe(`${operation.kind} ${operation.state}; \`pltf attach ${operation.id}\` follows it`);
}

function section(out: Output, title: string, rows: number, empty: string): void {
  out.print();
  out.print(out.style.bold(title));
  if (rows === 0) out.print(`  ${out.style.dim(empty)}`);
}

/** The lines that made the newest run red. */
function showFailing(out: Output, run: RunView | undefined): void {
  if (run?.state !== 'failed') return;
  const { red, dim } = out.style;
  for (const { step, where, lines } of run.failing) {
    const place = where === undefined ? step : `${step}, ${where}`;
    out.print(`  ${red('✖')} #${run.number} ${safe(place)}`);
    for (const line of lines.slice(0, mostLines)) out.print(`    ${dim('│')} ${safe(line)}`);
  }
}

/** Why a placement is not as it should be, and what still hinders it from going. */
function showTrouble(out: Output, placement: PlacementView, now: number): void {
  const { id, rollout, leftovers, notes, drift } = placement;
  const { red, yellow, dim } = out.style;
  if (rollout?.reason !== undefined) {
    const mark = rollout.step === 'committed' ? yellow('●') : red('✖');
    out.print(`  ${mark} ${safe(id)}: ${safe(rollout.reason.detail)}`);
    out.print(`    → ${safe(rollout.reason.fix)}`);
    for (const line of rollout.reason.log.slice(-3)) out.print(`    ${dim('│')} ${safe(line)}`);
  }
  if (placement.held !== undefined)
    out.print(
      `  ${out.style.yellow('!')} ${safe(id)}: ${heldSentence(placement.held, now)} · pltf resume ${safe(id)}`,
    );
  for (const leftover of leftovers) out.print(`  ${safe(id)}: still there: ${safe(leftover)}`);
  for (const drifted of drift)
    out.print(
      `  ${out.style.yellow('!')} ${safe(id)}: ${driftSentence(drifted)} · pltf drift ${safe(id)}`,
    );
  for (const { what, because } of notes)
    out.print(`  ${safe(id)}: ${safe(what)}: ${dim(safe(because))}`);
}

/** When a job runs next, and how it ran last. */
function scheduleText({ schedule }: PlacementView, now: number): string | undefined {
  if (schedule === undefined) return undefined;
  const { cron, next, last, lastState } = schedule;
  return [
    `${safe(cron)} (UTC)`,
    ...(next === undefined ? [] : [`next ${until(next, now)}, ${next.slice(0, 16)}Z`]),
    ...(last === undefined
      ? []
      : [`last ${ago(last, now)}${lastState === undefined ? '' : `: ${lastState}`}`]),
  ].join(', ');
}

/** Who holds a rollout, since when and why. */
const heldSentence = ({ by, since, why }: NonNullable<PlacementView['held']>, now: number) =>
  `${safe(by)} paused its rollout ${ago(since, now)}${why === undefined ? '' : ` (${safe(why)})`}`;

function showPlacement(out: Output, placement: PlacementView, now: number): void {
  const { style } = out;
  const { serving, desired, warm, rollout, asOf, expiresAt } = placement;
  const observed = asOf === undefined ? 'never observed' : `as of ${ago(asOf, now)}`;
  out.print(
    `${style.bold(safe(placement.id))}  ${paintState(placement.phase, style)}  ${style.dim(observed)}`,
  );
  const lines = pairs(
    [
      ['Address', placement.url === undefined ? undefined : style.cyan(safe(placement.url))],
      ['Runs on', safe(placement.runtime)],
      ['Branch', placement.branch === undefined ? undefined : safe(placement.branch)],
      [
        'Serves',
        serving === undefined ? 'nothing' : `#${serving.number} (${serving.commit.slice(0, 7)})`,
      ],
      [
        'Wanted',
        `#${desired.release}, ${desired.instances} × ${safe(desired.size)}, ${desired.state}`,
      ],
      ['Instant rollback to', warm.map((number) => `#${number}`).join(', ')],
      [
        'Rollout',
        rollout === undefined
          ? undefined
          : `${rollout.kind} ${rollout.state}: ${rollout.step} (${rollout.id})`,
      ],
      ['Schedule', scheduleText(placement, now)],
      ['Traffic', trafficLine(placement, now)],
      ['Ends', expiresAt === undefined ? undefined : until(expiresAt, now)],
    ],
    style.dim,
  );
  for (const line of lines) out.print(`  ${line}`);
  section(out, 'Instances', placement.instances.length, 'None.');
  instanceTable(out, placement.instances, now, 2);
  showTrouble(out, placement, now);
}
