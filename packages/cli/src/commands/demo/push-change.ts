import { tmpdir } from 'node:os';
import { type ComponentDetail, type PlacementView, PltfError, type RunView } from '@pltf/contracts';
import { printFailing } from '../../follow/run.ts';
import { safe } from '../../output/safe-text.ts';
import { cutEnd } from '../../output/width.ts';
import { type Clone, clone } from './clone.ts';
import { nextPhrase } from './phrase.ts';
import { answering, awaited, type Stage, serving, type Visited } from './stage.ts';
import { gist } from './visit.ts';

/** What a change by push led to: a release, and the text by which its answers are known. */
export interface Pushed {
  readonly release: number;
  readonly text: string | undefined;
}

/** Clones, changes a line, pushes, and sees the review app answer anew. */
export async function changeByPush(
  stage: Stage,
  component: ComponentDetail,
  review: PlacementView,
  before: Visited,
): Promise<Pushed> {
  const { context, narrator, user } = stage;
  const url = component.repository?.cloneUrl ?? '';
  const request = {
    url,
    connection: context.connection(),
    environment: context.config.environment,
    author: { name: user, email: `${user}@localhost` },
    signal: context.interrupted,
    under: tmpdir(),
  };
  const copy = await narrator.step(
    'git clone',
    () => clone(request),
    () => url,
  );
  try {
    const { commit, text } = await changeLine(copy, before);
    const push = () => copy.push((line) => tellRemote(stage, line));
    await narrator.step('git push', push, () => text);
    const release = await releaseOf(stage, component.name, commit);
    const work = async () => {
      await serving(stage, component.name, ({ id }) => id === review.id, release);
      return answering(context.interrupted, before.url, text);
    };
    await narrator.step(`The review app serves release #${release}`, work, ({ answer }) =>
      gist(answer),
    );
    return { release, text };
  } finally {
    await copy[Symbol.asyncDispose]();
  }
}

/** Changes the phrase in program and test; where nothing greets, an empty commit has to do. */
async function changeLine(
  copy: Clone,
  before: Visited,
): Promise<{ commit: string; text?: string }> {
  const change = nextPhrase(before.answer.text);
  const files = change === undefined ? 0 : await copy.change(change);
  if (change === undefined || files === 0) return { commit: await copy.commit('Try a push') };
  return {
    commit: await copy.commit(`Answer "${change.to}"`),
    text: change.to,
  };
}

/** What the platform says during a push; on a terminal one line each. */
function tellRemote({ narrator, context }: Stage, line: string): void {
  const text = safe(/^remote: ?(.*)$/.exec(line)?.[1]?.trimEnd() ?? '');
  const { columns } = context.out;
  const room = columns === undefined ? text : cutEnd(text, columns - margin.length);
  if (text !== '') narrator.say(`${margin}${room}`);
}

const margin = '    ';

/** The release that the pipeline made of a commit; a red one prints its failing lines and throws. */
async function releaseOf(stage: Stage, component: string, commit: string): Promise<number> {
  const read = async (): Promise<RunView | undefined> => {
    const { items } = await stage.client.listRuns({ params: { component }, query: { limit: 10 } });
    return items.find((each) => each.commit === commit);
  };
  const isOver = (run: RunView | undefined) =>
    run !== undefined && run.state !== 'queued' && run.state !== 'running';
  const run = await awaited(stage, component, read, isOver);
  if (run?.state === 'passed' && run.release !== undefined) return run.release;
  if (run !== undefined) printFailing(stage.context, run);
  throw new PltfError('pipeline-failed', {
    detail: `The pipeline of ${component} for ${commit.slice(0, 7)}: ${run?.state ?? 'no run'}`,
  });
}
