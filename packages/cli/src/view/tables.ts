import type {
  ComponentSummary,
  GoldenPathView,
  PlacementView,
  ReleaseView,
  RunView,
} from '@pltf/contracts';
import type { Output } from '../output/output.ts';
import { safe } from '../output/safe-text.ts';
import { type Column, table } from '../output/table.ts';
import { ago, between, duration, until } from '../output/time.ts';
import { trafficText } from './traffic.ts';
import { paintState } from './wellness.ts';

const print = <T>(
  output: Output,
  rows: readonly T[],
  columns: readonly Column<T>[],
  indent = 0,
): void => {
  const room = output.columns === undefined ? undefined : output.columns - indent;
  for (const line of table(rows, columns, room, output.style.dim)) {
    output.print(`${' '.repeat(indent)}${line}`);
  }
};

/** `prod #2, staging #3, preview ×2`: where a component runs, what matters most first. */
function places({ placements }: ComponentSummary): string {
  const environments = [...new Set(placements.map(({ environment }) => environment))].reverse();
  return environments
    .map((environment) => {
      const there = placements.filter((each) => each.environment === environment);
      const release = there[0]?.release;
      if (there.length > 1) return `${environment} ×${there.length}`;
      return release === undefined ? environment : `${environment} #${release}`;
    })
    .join(', ');
}

export function componentTable(
  output: Output,
  rows: readonly ComponentSummary[],
  now: number,
): void {
  const { style } = output;
  print(output, rows, [
    { title: 'NAME', value: ({ name }) => safe(name), cut: 'middle', paint: style.bold },
    { title: 'KIND', value: ({ kind }) => kind, cut: 'never' },
    { title: 'OWNER', value: ({ owner }) => safe(owner), cut: 'middle' },
    {
      title: 'HEALTH',
      value: ({ state, wellness }) => (state === 'ready' ? wellness : state),
      cut: 'never',
      paint: (text) => paintState(text, style),
    },
    { title: 'RUNS IN', value: (row) => safe(places(row)) },
    { title: 'CHANGED', value: ({ changedAt }) => ago(changedAt, now), cut: 'never' },
  ]);
}

export function releaseTable(
  output: Output,
  rows: readonly ReleaseView[],
  now: number,
  indent = 0,
): void {
  print(
    output,
    rows,
    [
      {
        title: 'RELEASE',
        value: ({ number, kept }) => `#${number}${kept ? '' : ' (not kept)'}`,
        cut: 'never',
      },
      { title: 'COMMIT', value: ({ commit }) => commit.slice(0, 7), cut: 'never' },
      { title: 'BRANCH', value: ({ branch }) => safe(branch), cut: 'middle' },
      { title: 'SUBJECT', value: ({ subject }) => safe(subject) },
      { title: 'MADE', value: ({ createdAt }) => ago(createdAt, now), cut: 'never' },
      {
        title: 'SERVES',
        value: ({ placedIn }) => safe(placedIn.map((id) => id.split('.')[1] ?? id).join(', ')),
      },
    ],
    indent,
  );
}

export function runTable(output: Output, rows: readonly RunView[], now: number, indent = 0): void {
  const took = (run: RunView) => between(run.startedAt, run.finishedAt);
  print(
    output,
    rows,
    [
      { title: 'RUN', value: ({ number }) => `#${number}`, cut: 'never' },
      {
        title: 'STATE',
        value: ({ state }) => state,
        cut: 'never',
        paint: (text) => paintState(text, output.style),
      },
      { title: 'BRANCH', value: ({ branch }) => safe(branch), cut: 'middle' },
      { title: 'COMMIT', value: ({ commit }) => commit.slice(0, 7), cut: 'never' },
      { title: 'SUBJECT', value: ({ subject }) => safe(subject) },
      {
        title: 'TOOK',
        value: (run) => {
          const ms = took(run);
          return ms === undefined ? '' : duration(ms);
        },
        align: 'right',
      },
      { title: 'WHEN', value: ({ createdAt }) => ago(createdAt, now), cut: 'never' },
      { title: 'ID', value: ({ id }) => id, wraps: true },
    ],
    indent,
  );
}

/** Between its runs a job has no instances, and lacks none. */
export function placementTable(
  output: Output,
  rows: readonly PlacementView[],
  { isJob = false, indent = 0 } = {},
): void {
  const { style } = output;
  const healthy = ({ instances }: PlacementView) =>
    instances.filter(({ state }) => state === 'healthy').length;
  print(
    output,
    rows,
    [
      { title: 'ENVIRONMENT', value: ({ environment }) => safe(environment), cut: 'never' },
      { title: 'BRANCH', value: ({ branch }) => safe(branch ?? ''), cut: 'middle' },
      {
        title: 'RELEASE',
        value: ({ serving, desired }) =>
          serving === undefined ? `(#${desired.release})` : `#${serving.number}`,
        cut: 'never',
      },
      {
        title: 'PHASE',
        value: ({ phase }) => phase,
        cut: 'never',
        paint: (text) => paintState(text, style),
      },
      {
        title: 'HEALTHY',
        value: (row) => {
          if (isJob) return '';
          return row.phase === 'unknown'
            ? 'unknown'
            : `${healthy(row)} of ${row.desired.instances}`;
        },
        cut: 'never',
      },
      { title: 'ADDRESS', value: ({ url }) => safe(url ?? ''), wraps: true, paint: style.cyan },
    ],
    indent,
  );
}

export function instanceTable(
  output: Output,
  rows: PlacementView['instances'],
  now: number,
  indent = 0,
): void {
  print(
    output,
    rows,
    [
      { title: 'INSTANCE', value: ({ id }) => safe(id), cut: 'middle' },
      { title: 'RELEASE', value: ({ release }) => `#${release}`, cut: 'never' },
      {
        title: 'STATE',
        value: ({ state }) => state,
        cut: 'never',
        paint: (text) => paintState(text, output.style),
      },
      {
        title: 'MEMORY',
        value: ({ memoryMiB }) => (memoryMiB === undefined ? '' : `${Math.round(memoryMiB)} MiB`),
        align: 'right',
        cut: 'never',
      },
      { title: 'RESTARTS', value: ({ restarts }) => `${restarts}`, align: 'right', cut: 'never' },
      {
        title: 'STARTED',
        value: ({ startedAt }) => (startedAt === undefined ? '' : ago(startedAt, now)),
        cut: 'never',
      },
      { title: 'LAST END', value: ({ lastExit }) => safe(lastExit ?? '') },
    ],
    indent,
  );
}

export function previewTable(output: Output, rows: readonly PlacementView[], now: number): void {
  const { style } = output;
  print(output, rows, [
    { title: 'PREVIEW', value: ({ id }) => safe(id), cut: 'middle', paint: style.bold },
    { title: 'BRANCH', value: ({ branch }) => safe(branch ?? ''), cut: 'middle' },
    {
      title: 'PHASE',
      value: ({ phase }) => phase,
      cut: 'never',
      paint: (text) => paintState(text, style),
    },
    {
      title: 'ENDS',
      value: ({ expiresAt }) => (expiresAt === undefined ? '' : until(expiresAt, now)),
      cut: 'never',
    },
    { title: 'ADDRESS', value: ({ url }) => safe(url ?? ''), wraps: true, paint: style.cyan },
  ]);
}

export function pathTable(output: Output, rows: readonly GoldenPathView[]): void {
  const { style } = output;
  print(output, rows, [
    {
      title: 'PATH',
      value: ({ id, version }) => safe(`${id}@${version}`),
      cut: 'never',
      paint: style.bold,
    },
    { title: 'KIND', value: ({ kind }) => kind, cut: 'never' },
    {
      title: 'MATURITY',
      value: ({ maturity }) => maturity,
      cut: 'never',
      paint: (text) => (text === 'supported' ? style.green(text) : style.yellow(text)),
    },
    {
      title: 'WHAT IT IS',
      value: ({ title, description }) => safe(description === '' ? title : description),
    },
  ]);
}

/** What the router counted of a placement, with the time it was observed. */
export const trafficLine = ({ traffic, asOf }: PlacementView, now: number): string | undefined => {
  const text = trafficText(traffic);
  return text === undefined
    ? undefined
    : `${text}${asOf === undefined ? '' : ` (as of ${ago(asOf, now)})`}`;
};
