import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformFacts, PlatformFile } from '@pltf/contracts';
import {
  type compileGuardrails,
  guardrailsInForce,
  type judgeWith,
  type planComponent,
  rulesDigest,
  shippedGuardrails,
} from '@pltf/plan';
import { build } from 'esbuild';
import { checkout } from '../../test/e2e/support/platform.ts';
import { run } from '../../test/e2e/support/tools.ts';
import type { Group } from './group.ts';

const inProcessBarMs = 1;
const commandBarMs = 250;
/** Plans in one sample: one alone is too short for the clock. */
const plansInSample = 50;

const thinFile = `kind: service
name: users-api
owner: team-identity
env: [staging, prod]
policy: {pii: true}
run: {command: node server.js, port: 8080, health: /healthz, instances: 2..6}
budget: 400/month
`;

/** Thin files planned and checked against the shipped guardrails: in this process, and as a command. */
export const plan: Group = {
  name: 'plan',
  longestMs: 60_000,
  measure: async ({ quick }, signal) => {
    const facts = sampleFacts();
    const inProcess = planned(await shippedPlanning(), facts, quick ? 5 : 30, signal);
    const { command, node } = await commands(facts, quick ? 3 : 10, signal);
    return [
      {
        name: 'parse, plan and check one spec, in process',
        unit: 'ms',
        samples: inProcess.samples,
        bar: { kind: 'at-most', value: inProcessBarMs },
        notes: [
          `${inProcess.guardrails} shipped guardrails over ${inProcess.objects} objects of a component that is there; guardrails compiled and what is there read beforehand; the mean of ${plansInSample} plans a sample`,
        ],
      },
      {
        name: 'pltf plan --offline',
        unit: 'ms',
        samples: command,
        comparedWith: { name: '`node -e 0`', samples: node },
        bar: { kind: 'at-most', value: commandBarMs },
      },
    ];
  },
};

/** As a laptop keeps them: the component is there, with another thin file than the one that is planned. */
function sampleFacts(): PlatformFacts {
  const platform = PlatformFile.parse({ rates: { memoryGiBHour: '0.006', cpuHour: '0.03' } });
  const facts = PlatformFacts.parse({
    asOf: new Date().toISOString(),
    platform,
    guardrails: guardrailsInForce(shippedGuardrails(), platform),
    goldenPaths: [],
    exceptions: [],
    names: {},
    components: {
      'users-api': {
        name: 'users-api',
        state: 'ready',
        owner: 'team-identity',
        thinFile: thinFile.replace('2..6', '2..4'),
        placements: [],
      },
    },
  });
  // As the platform sends them.
  return { ...facts, rules: rulesDigest(facts) };
}

interface Planning {
  readonly compileGuardrails: typeof compileGuardrails;
  readonly judgeWith: typeof judgeWith;
  readonly planComponent: typeof planComponent;
}

/** The code as it ships: what runs TypeScript directly names every function at run time, which costs a third. */
async function shippedPlanning(): Promise<Planning> {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-plan-'));
  try {
    const file = join(folder, 'planning.mjs');
    await build({
      stdin: {
        contents: `export { compileGuardrails, judgeWith, planComponent } from '@pltf/plan';`,
        resolveDir: join(checkout, 'bench'),
      },
      ...{ bundle: true, format: 'esm', platform: 'node', outfile: file, logLevel: 'error' },
      banner: {
        js: "import{createRequire as benchRequire}from'node:module';const require=benchRequire(import.meta.url);",
      },
    });
    return (await import(pathToFileURL(file).href)) as Planning;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function planned(planning: Planning, facts: PlatformFacts, samples: number, signal: AbortSignal) {
  const judge = planning.judgeWith(planning.compileGuardrails(facts.guardrails));
  const now = new Date();
  const one = () =>
    planning.planComponent({ text: thinFile, fileName: 'pltf.yaml', facts, judge, now });
  const first = one();
  if (first.outcome !== 'changes') throw new Error(`the plan is ${first.outcome}`);
  // What the program does all day is compiled by the engine after some hundred times.
  for (let round = 0; round < 10 * plansInSample; round += 1) one();
  const taken: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    signal.throwIfAborted();
    const since = performance.now();
    for (let round = 0; round < plansInSample; round += 1) one();
    taken.push((performance.now() - since) / plansInSample);
  }
  return {
    samples: taken,
    guardrails: facts.guardrails.length,
    objects: first.placements.length,
  };
}

async function commands(facts: PlatformFacts, times: number, signal: AbortSignal) {
  const folder = await mkdtemp(join(tmpdir(), 'pltf-bench-plan-'));
  try {
    await mkdir(join(folder, 'config', 'pltf'), { recursive: true });
    await writeFile(join(folder, 'config', 'pltf', 'facts.json'), JSON.stringify(facts));
    await writeFile(join(folder, 'pltf.yaml'), thinFile);
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
    };
    const program = join(checkout, 'dist', 'pltf.js');
    const taken = { command: [] as number[], node: [] as number[] };
    for (let round = 0; round <= times; round += 1) {
      for (const name of ['node', 'command'] as const) {
        signal.throwIfAborted();
        const args = name === 'node' ? ['-e', '0'] : [program, 'plan', '--offline'];
        const since = performance.now();
        const ended = await run(process.execPath, args, { cwd: folder, env });
        const ms = performance.now() - since;
        if (ended.code !== (name === 'node' ? 0 : 2)) throw new Error(`${name}: ${ended.err}`);
        if (round > 0) taken[name].push(ms);
      }
    }
    return taken;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
