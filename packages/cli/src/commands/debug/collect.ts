import {
  type Client,
  type LogLine,
  type PlacementView,
  PltfError,
  toProblem,
} from '@pltf/contracts';

const logLines = 500;
const newest = 10;

/** A part of the bundle, or the problem that kept it out: a fault must not hide the rest. */
async function part<T>(read: () => Promise<T>): Promise<T | { readonly problem: unknown }> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PltfError) return { problem: toProblem(error) };
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function lines(stream: AsyncIterable<LogLine>): Promise<LogLine[]> {
  const all: LogLine[] = [];
  for await (const line of stream) {
    all.push(line);
    if (all.length > 2 * logLines) all.splice(0, logLines);
  }
  return all.slice(-logLines);
}

/** What belongs to the platform as a whole. */
export async function collectPlatform(client: Client) {
  return {
    health: await part(() => client.platformHealth({})),
    me: await part(() => client.whoAmI({})),
    activity: await part(() => client.listEvents({ query: { limit: 200 } })),
    components: await part(() => client.listComponents({ query: { limit: 500 } })),
  };
}

/** Everything of one component: placements (of one environment when named) with rollouts, last log lines and what its runtime shows, runs. */
export async function collectComponent(client: Client, component: string, env: string | undefined) {
  const detail = await client.getComponent({ params: { component } });
  const wanted = detail.placements.filter(
    ({ environment }) => (env ?? environment) === environment,
  );
  if (env !== undefined && wanted.length === 0) {
    throw new PltfError('not-found', {
      detail: `${component} is not in ${env}; it is in: ${detail.placements.map(({ id }) => id).join(', ')}`,
      fix: `\`pltf show ${component}\` shows where it runs.`,
    });
  }
  const placements = [];
  for (const placement of wanted) placements.push(await collectPlacement(client, placement));
  const runs = [];
  for (const run of detail.runs.slice(0, newest)) {
    const log = await part(() => lines(client.runLog({ params: { id: run.id }, query: {} })));
    runs.push({ run, log });
  }
  return {
    component: detail,
    placements,
    runs,
    activity: await part(() => client.listEvents({ query: { component, limit: 200 } })),
  };
}

async function collectPlacement(client: Client, placement: PlacementView) {
  const params = { placement: placement.id };
  return {
    placement,
    rollouts: await part(() => client.listRollouts({ params, query: { limit: newest } })),
    log: await part(() => lines(client.placementLogs({ params, query: { tail: logLines } }))),
    evidence: await part(() => client.getPlacementEvidence({ params })),
  };
}
