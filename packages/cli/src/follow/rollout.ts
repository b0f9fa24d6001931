import {
  type Client,
  type EventView,
  isErrorCode,
  PltfError,
  RolloutStep,
  type RolloutView,
} from '@pltf/contracts';
import type { Context } from '../context.ts';
import { exit } from '../exit.ts';
import { printProblem } from '../output/problem.ts';
import { createProgress, type Step } from '../output/progress.ts';
import { safe } from '../output/safe-text.ts';
import { between, duration } from '../output/time.ts';
import { trafficText } from '../view/traffic.ts';
import { followUntil } from './follow-until.ts';
import { tellDetached } from './operation.ts';
import { tellWaiting } from './waiting-notes.ts';
import { watchEvents } from './watch.ts';

type StepName = RolloutView['step'];
interface Seen {
  readonly step: StepName;
  readonly at: string;
}

const titles: Readonly<Record<StepName, string>> = {
  starting: 'starting',
  image: 'waiting for its image',
  'waiting-healthy': 'waiting until healthy',
  'release-task': 'release task',
  holding: 'on hold',
  switching: 'switching traffic',
  draining: 'draining',
  done: 'done',
  committed: 'committed',
  'rolled-back': 'rolled back',
  failed: 'failed',
};
const last: ReadonlySet<StepName> = new Set(['done', 'committed', 'rolled-back', 'failed']);

/** Where the stream of events stands, so that nothing told after this moment is missed. */
export async function latestEvent(client: Client, component: string): Promise<number> {
  const { items } = await client.listEvents({ query: { component, limit: 1 } });
  return items[0]?.seq ?? 0;
}

/** The step that an event tells of, if it tells of one of this rollout. */
function seenIn(event: EventView, rollout: RolloutView): Seen | undefined {
  if (event.placement !== rollout.placement || !event.type.startsWith('rollout-')) return undefined;
  const named = event.data['rollout'] ?? event.data['id'];
  if (typeof named === 'string' && named !== rollout.id) return undefined;
  const step = RolloutStep.safeParse(event.data['step']);
  return step.success ? { step: step.data, at: event.at } : undefined;
}

/** Adds what was seen of a rollout, in the order it happened, each step once. */
export function addSeen(seen: Seen[], rollout: RolloutView, events: readonly EventView[]): void {
  const told = events.flatMap((event) => seenIn(event, rollout) ?? []);
  const now = { step: rollout.step, at: rollout.finishedAt ?? new Date().toISOString() };
  if (seen.length === 0 && told[0]?.step !== 'starting') {
    seen.push({ step: 'starting', at: rollout.startedAt });
  }
  for (const next of [...told, now]) {
    if (!seen.some(({ step }) => step === next.step)) seen.push(next);
  }
}

/** Steps for a person: each lasts until the next one begins. */
export function rolloutSteps(seen: readonly Seen[], rollout: RolloutView): Step[] {
  const over = rollout.state !== 'running';
  return seen
    .filter(({ step }) => !last.has(step))
    .map(({ step, at }, index, all) => {
      const next = seen[seen.findIndex((one) => one.step === step) + 1];
      const ended = next?.at ?? (over ? rollout.finishedAt : undefined);
      const isLast = index === all.length - 1;
      const failed = isLast && over && rollout.state !== 'done';
      const state = ended === undefined && !over ? 'running' : failed ? 'failed' : 'done';
      return { id: step, title: titles[step], state, tookMs: between(at, ended) };
    });
}

/** Shows a rollout to its end; undefined when the person interrupted and it goes on without them. */
async function watchRollout(
  context: Context,
  client: Client,
  started: RolloutView,
  after: number,
): Promise<RolloutView | undefined> {
  const progress = createProgress(context.err, context.json);
  const seen: Seen[] = [];
  using _ = tellWaiting(client, started.placement, (line) => progress.say(line));
  try {
    return await followUntil({
      read: () => client.getRollout({ params: { id: started.id } }),
      watch: watchEvents(client, { component: started.component, after }, context.interrupted),
      isDone: ({ state }) => state !== 'running',
      show(rollout, events) {
        addSeen(seen, rollout, events);
        progress.update(rolloutSteps(seen, rollout));
      },
      interrupted: context.interrupted,
      onSilence: (silent) =>
        progress.say(
          silent ? 'The platform does not answer; waiting for it …' : 'It answers again.',
        ),
      resume: `Nothing is lost: \`pltf attach ${started.id}\` follows it once the platform is back.`,
    });
  } finally {
    progress.end();
  }
}

/** Follows a rollout, prints what came of it (what the router counted, or why it went back), gives the exit code. */
export async function followRollout(
  context: Context,
  client: Client,
  started: RolloutView,
  after: number,
): Promise<number> {
  const rollout = await watchRollout(context, client, started, after);
  if (rollout === undefined) {
    tellDetached(context, started.id);
    return exit.interrupted;
  }
  if (context.json) context.out.document(rollout);
  else if (rollout.step === 'committed') printCommitted(context, rollout);
  else if (rollout.state === 'done') printDone(context, rollout);
  else printLog(context, rollout);
  if (rollout.state === 'done') return exit.done;
  printProblem(rolloutError(rollout), context.err, context.json);
  return exit.failed;
}

function printDone({ out }: Context, rollout: RolloutView): void {
  const took = between(rollout.startedAt, rollout.finishedAt);
  const what = doneWords[rollout.kind](rollout);
  const time = took === undefined ? '' : ` in ${duration(took)}`;
  out.print(`${out.style.green('✔')} ${safe(rollout.placement)} ${what}${time}`);
  const counted = trafficText(rollout.traffic);
  if (counted !== undefined) out.print(`  ${counted}`);
}

/** Over, and nothing is claimed of what runs. */
function printCommitted({ out }: Context, { placement, to, reason }: RolloutView): void {
  out.print(
    `${out.style.yellow('●')} ${safe(placement)}: release #${to} is ${safe(reason?.detail ?? 'committed')}.`,
  );
  if (reason !== undefined) out.print(`  ${safe(reason.fix)}`);
}

const doneWords: Readonly<Record<RolloutView['kind'], (rollout: RolloutView) => string>> = {
  deploy: ({ to }) => `serves release #${to}`,
  promote: ({ to }) => `serves release #${to}`,
  rollback: ({ to, from }) =>
    from === undefined ? `serves release #${to} again` : `went back from #${from} to #${to}`,
  restart: () => 'was restarted',
  scale: () => 'was scaled',
  stop: () => 'is stopped',
  start: ({ to }) => `runs again, release #${to}`,
};

function printLog({ err }: Context, { reason }: RolloutView): void {
  if (reason === undefined || reason.log.length === 0) return;
  err.print('Last lines of its log:');
  for (const line of reason.log.slice(-20)) err.print(`  ${err.style.dim('│')} ${safe(line)}`);
}

function rolloutError(rollout: RolloutView): PltfError {
  const { reason } = rollout;
  const outcome = {
    'rolled-back': `release #${rollout.to} was taken back${rollout.from === undefined ? '' : `; #${rollout.from} serves`}`,
    superseded: 'a later request took its place',
    failed: `release #${rollout.to} does not serve`,
    done: 'done',
    running: 'it still runs',
  }[rollout.state];
  const code = reason !== undefined && isErrorCode(reason.code) ? reason.code : 'rollout-failed';
  return new PltfError(code, {
    detail: `${rollout.placement}: ${outcome}${reason === undefined ? '' : `. ${reason.detail}`}`,
    ...(reason === undefined ? {} : { fix: reason.fix }),
  });
}
