import type { Client, RunView } from '@pltf/contracts';
import type { Timeline } from '../figure.ts';

const mostEvents = 200;

/** What the platform told of a component since a moment (epoch milliseconds), oldest first. */
export async function timelineSince(
  client: Client,
  component: string,
  since: number,
): Promise<Timeline> {
  const [events, runs] = await Promise.all([
    client.listEvents({ query: { component, limit: mostEvents } }),
    client.listRuns({ params: { component }, query: { limit: 5 } }),
  ]);
  const told = events.items.map(({ at, type, summary }) => ({ at, what: `${type}: ${summary}` }));
  const steps = runs.items.map((run) => ({
    at: run.finishedAt ?? run.createdAt,
    what: stepsOf(run),
  }));
  return [...told, ...steps]
    .map(({ at, what }) => ({ ms: new Date(at).getTime() - since, what }))
    .filter(({ ms }) => ms >= 0)
    .toSorted((one, other) => one.ms - other.ms);
}

/** How long each step of a run took, which its events do not say. */
function stepsOf({ number, jobs }: RunView): string {
  const steps = jobs.flatMap((job) => job.steps.map((step) => ({ ...step, job: job.name })));
  const timed = steps.filter(({ durationMs }) => durationMs !== undefined && durationMs >= 1);
  const parts = timed.map(
    ({ job, name, durationMs = 0 }) => `${job}/${name} ${durationMs.toFixed(0)} ms`,
  );
  return `▸ steps of pipeline #${number}: ${parts.join(', ')}`;
}

/** Adds what was measured from outside, in its place. */
export const withMarks = (timeline: Timeline, marks: Readonly<Record<string, number>>): Timeline =>
  [...timeline, ...Object.entries(marks).map(([what, ms]) => ({ ms, what: `▸ ${what}` }))].toSorted(
    (one, other) => one.ms - other.ms,
  );
