import type { Plan, Provenance } from '@pltf/contracts';
import { money } from '../../../format/money.ts';
import { span } from '../../../format/time.ts';

type Placement = Plan['placements'][number];

export interface Cell {
  readonly environment: string;
  readonly text: string | undefined;
  readonly why: Provenance | undefined;
}

export interface ValueRow {
  readonly title: string;
  readonly cells: readonly Cell[];
}

export interface ValueGroup {
  readonly title: string;
  readonly rows: readonly ValueRow[];
}

/** Where a value of an environment comes from: what is said of the environment itself comes before what is said of all. */
export const whyOf = (
  why: Plan['why'] | undefined,
  environment: string,
  path: string,
): Provenance | undefined => why?.[`envs.${environment}.${path}`] ?? why?.[path];

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

type Read = (placement: Placement) => string | undefined;
type Line = readonly [title: string, path: string, read: Read];

const range = ({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }) =>
  minimum === maximum ? String(minimum) : `${minimum} to ${maximum}`;

const running: readonly Line[] = [
  ['Size', 'run.size', ({ spec: { run } }) => `${run.size} (${run.memoryMiB} MiB, ${run.cpu} CPU)`],
  ['Instances', 'run.instances', ({ spec }) => range(spec.run.instances)],
  ['Port', 'run.port', ({ spec }) => spec.run.port?.toString()],
  ['Time to drain', 'run.drain', ({ spec }) => span(spec.run.drainMs)],
  ['Region', 'region', ({ spec }) => spec.region],
  ['Runtime', 'runtime', ({ spec }) => spec.runtime],
  [
    'Address',
    'access',
    ({ spec }) =>
      spec.routes
        .map(
          ({ host, public: open, signIn }) =>
            `${host}${open ? ', public' : ''}${signIn ? ', behind sign-in' : ''}`,
        )
        .join('; ') || undefined,
  ],
  [
    'Availability',
    'slo.availability',
    ({ spec: { objective } }) =>
      objective.availability === undefined ? undefined : `${objective.availability} %`,
  ],
  ['Cost a month', 'cost', ({ spec: { cost } }) => money(cost.monthly.toFixed(2), cost.currency)],
];

const data: readonly Line[] = [
  ['Classes', 'policy.pii', ({ spec }) => spec.data.classes.join(', ') || undefined],
  ['Encrypted at rest', 'data.encryptedAtRest', ({ spec }) => yesNo(spec.data.encryptedAtRest)],
  [
    'Encrypted in transit',
    'data.encryptedInTransit',
    ({ spec }) => yesNo(spec.data.encryptedInTransit),
  ],
  ['Kept for', 'data.retention', ({ spec }) => spec.data.retention],
  ['Masked in logs', 'data.maskedLogs', ({ spec }) => yesNo(spec.data.maskedLogs)],
];

type Need = Placement['spec']['needs'][string];

function needText(need: Need): string {
  switch (need.kind) {
    case 'offer':
      return `${need.offer}/${need.plan}${need.encrypted === true ? ', encrypted' : ''}`;
    case 'service':
      return `the service ${need.service}`;
    case 'resource':
      return `shared: ${need.resource}`;
    default:
      return `the secret ${need.secret}`;
  }
}

/** The values of a plan by matter, one column for each environment; rows without a value are left out. */
export function valuesOf({
  placements,
  why,
}: Pick<Plan, 'placements' | 'why'>): readonly ValueGroup[] {
  const rowOf = ([title, path, read]: Line): ValueRow => ({
    title,
    cells: placements.map((placement) => ({
      environment: placement.spec.environment,
      text: read(placement),
      why: whyOf(why, placement.spec.environment, path),
    })),
  });
  const needs = [...new Set(placements.flatMap(({ spec }) => Object.keys(spec.needs)))].toSorted();
  const needLines = needs.map(
    (name): Line => [
      name,
      `needs.${name}`,
      ({ spec }) => {
        const need = spec.needs[name];
        return need === undefined ? undefined : needText(need);
      },
    ],
  );
  const personal = placements.some(({ spec }) => spec.data.classes.length > 0);
  const groups = [
    { title: 'How it runs', rows: running.map(rowOf) },
    { title: 'Needs', rows: needLines.map(rowOf) },
    { title: 'Personal data', rows: personal ? data.map(rowOf) : [] },
  ];
  return groups
    .map(({ title, rows }) => ({
      title,
      rows: rows.filter(({ cells }) => cells.some(({ text }) => text !== undefined)),
    }))
    .filter(({ rows }) => rows.length > 0);
}
