// The figures that the platform promises, measured on this machine: `npm run bench`, described in bench/README.md.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type JudgedFigure, judge } from './figure.ts';
import { audit } from './figures/audit.ts';
import { auditServer } from './figures/audit-server.ts';
import { cli } from './figures/cli.ts';
import { cluster } from './figures/cluster.ts';
import { clusterServer } from './figures/cluster-server.ts';
import { create } from './figures/create.ts';
import { fleet } from './figures/fleet.ts';
import type { Effort, Group } from './figures/group.ts';
import { idle } from './figures/idle.ts';
import { plan } from './figures/plan.ts';
import { policy } from './figures/policy.ts';
import { push } from './figures/push.ts';
import { render } from './figures/render.ts';
import { rollback } from './figures/rollback.ts';
import { router } from './figures/router.ts';
import { machineLine, thisMachine } from './machine.ts';
import { tableOf, timelineOf } from './table.ts';

const groups: readonly Group[] = [
  create,
  push,
  rollback,
  router,
  cli,
  idle,
  plan,
  render,
  fleet,
  policy,
  audit,
  auditServer,
];
/** Measured only when they are named: a thousand placements in a real cluster take a quarter of an hour. */
const onlyWhenNamed: readonly Group[] = [cluster, clusterServer];
/** Taking down what the last group started comes on top: the whole stays below eight minutes. */
const longestRunMs = 450_000;
const names = [...groups, ...onlyWhenNamed].map(({ name }) => name).join(', ');

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    json: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    timeline: { type: 'boolean', default: false },
    corpora: { type: 'string' },
    placements: { type: 'string' },
  },
});

const print = (text: string): boolean => process.stdout.write(`${text}\n`);
const progress = (text: string): boolean => process.stderr.write(`${text}\n`);

interface Outcome {
  readonly figures: readonly JudgedFigure[];
  readonly failures: readonly { readonly group: string; readonly why: string }[];
}

/** Measures group by group: what fails or takes too long costs its own figures and no others. */
async function measureAll(
  chosen: readonly Group[],
  effort: Effort,
  ending: AbortSignal,
): Promise<Outcome> {
  const figures: JudgedFigure[] = [];
  const failures: { group: string; why: string }[] = [];
  for (const { name, longestMs, measure } of chosen) {
    const since = performance.now();
    progress(`bench: ${name} …`);
    try {
      ending.throwIfAborted();
      const signal = AbortSignal.any([ending, AbortSignal.timeout(longestMs)]);
      figures.push(...(await measure(effort, signal)).map(judge));
    } catch (error) {
      failures.push({ group: name, why: reasonOf(error) });
    }
    progress(`bench: ${name} took ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  return { figures, failures };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'it took too long and was ended' : error.message;
}

function chosenGroups(only: string | undefined): readonly Group[] {
  if (only === undefined) return groups;
  return only.split(',').map((name) => {
    const group = [...groups, ...onlyWhenNamed].find((one) => one.name === name.trim());
    if (group === undefined) throw new Error(`no figure is named ${name}; there are ${names}`);
    return group;
  });
}

function roundsFrom(text: string | undefined, quick: boolean): number {
  if (text === undefined) return quick ? 2 : 5;
  if (!/^\d{1,2}$/.test(text) || Number(text) < 1)
    throw new Error('--rounds takes a number from 1 to 99');
  return Number(text);
}

function placementsFrom(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < 1)
    throw new Error('--placements takes a number from 1 to 9999');
  return Number(text);
}

const chosen = chosenGroups(options.only);
const effort: Effort = {
  rounds: roundsFrom(options.rounds, options.quick),
  quick: options.quick,
  ...(options.corpora === undefined ? {} : { corpora: options.corpora }),
  ...(options.placements === undefined ? {} : { placements: placementsFrom(options.placements) }),
};
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => interruption.abort(new Error(`interrupted by ${signal}`)));
const machine = thisMachine();
const longest = chosen
  .filter((group) => onlyWhenNamed.includes(group))
  .reduce((sum, { longestMs }) => sum + longestMs, longestRunMs);
const ending = AbortSignal.any([interruption.signal, AbortSignal.timeout(longest)]);
const { figures, failures } = await measureAll(chosen, effort, ending);

print('');
if (figures.length > 0) print(tableOf(figures));
for (const { name, notes = [] } of figures) for (const note of notes) print(`  ${name}: ${note}`);
for (const { group, why } of failures) print(`not measured: ${group}: ${why}`);
print(
  `\n${machineLine(machine)}${options.quick ? '\n--quick: to see that it runs, not to be judged' : ''}`,
);
if (options.timeline)
  for (const figure of figures) if ((figure.timelines ?? []).length > 0) print(timelineOf(figure));
if (options.json !== undefined) {
  const result = { at: new Date().toISOString(), machine, effort, figures, failures };
  await writeFile(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
}
process.exitCode = failures.length > 0 ? 1 : 0;
