import type { DataFlow, DataMap, DataRecord, Plan, PlacementObject, Spec } from '@pltf/contracts';
import { dataClasses, isSpecial } from './classes.ts';
import { classesIn, dataFlows } from './data-flows.ts';

export interface DataRecordRequest {
  /** The plan of the component's own thin file, as it is applied. */
  readonly plan: Plan;
  /** Of every component, this one's among them. */
  readonly specs: readonly Spec[];
  readonly organisation: string;
  readonly asOf: Date;
}

/** What a legal review needs to know; undefined when the plan is not valid. */
export function dataRecord({
  plan,
  specs,
  organisation,
  asOf,
}: DataRecordRequest): DataRecord | undefined {
  const { spec, component } = plan;
  if (spec === undefined) return undefined;
  const all = [...specs.filter(({ name }) => name !== component), spec];
  const flows = dataFlows(all);
  const held = new Set(plan.placements.flatMap((object) => object.spec.data.classes));
  const stable = plan.placements.filter(
    ({ spec: { environmentKind } }) => environmentKind === 'stable',
  );
  return {
    component,
    owner: spec.owner,
    organisation,
    purpose: spec.description,
    asOf: asOf.toISOString(),
    digest: plan.digest,
    classes: dataClasses.filter(({ id }) => held.has(id)).map((one) => ({ ...one })),
    environments: stable.map(environmentOf),
    sends: flows.filter(({ from }) => from === component),
    receives: flows.filter(({ to, kind }) => to === component && kind !== 'backing-service'),
    findings: findingsOf(plan),
    duties: dutiesOf([...held], stable),
  };
}

function environmentOf({ metadata, spec }: PlacementObject): DataRecord['environments'][number] {
  const deletion = metadata.annotations['pltf.dev/deletion-schedule'];
  const { classes: _, ...data } = spec.data;
  return {
    environment: spec.environment,
    region: spec.region,
    ...data,
    ...(deletion === undefined ? {} : { deletionSchedule: deletion }),
    addresses: spec.routes,
    stores: [
      ...Object.entries(spec.needs).flatMap(([need, what]) =>
        what.kind === 'offer'
          ? [{ need, what: `${what.offer}/${what.plan}`, encrypted: what.encrypted === true }]
          : [],
      ),
      ...(spec.run.volume === undefined
        ? []
        : [{ need: 'volume', what: spec.run.volume, encrypted: spec.data.encryptedAtRest }]),
    ],
  };
}

/** Those of the guardrails that are about personal data or where it is. */
const concerns = /^(?:personal-data|region|encrypt)/;

const findingsOf = ({ verdicts }: Plan): DataRecord['findings'] =>
  verdicts
    .filter(({ guardrail }) => concerns.test(guardrail))
    .map(({ guardrail, environment, state, message, exception }) => ({
      guardrail,
      state,
      ...(environment === undefined ? {} : { environment }),
      ...(message === undefined ? {} : { message }),
      ...(exception === undefined
        ? {}
        : {
            exception: `${exception.id} of ${exception.owner} until ${exception.expires.slice(0, 10)}`,
          }),
    }));

function dutiesOf(classes: readonly string[], stable: readonly PlacementObject[]): string[] {
  if (classes.length === 0) return [];
  const retention = [...new Set(stable.flatMap(({ spec }) => spec.data.retention ?? []))];
  return [
    ...(retention.length === 0
      ? []
      : [
          `Delete what is older than ${retention.join(' or ')} from its stores, on the schedule named; the platform cannot see into them.`,
        ]),
    'Answer requests of people for access, correction and deletion.',
    'Name the legal basis and those to whom data is given outside the platform; neither is declared here.',
    ...(isSpecial(classes) ? ['Assess the impact on people: special categories are held.'] : []),
  ];
}

/** Which component holds what, and where it goes. */
export function dataMap(specs: readonly Spec[], asOf: Date): DataMap {
  const holders = specs.flatMap((spec) => {
    const environments = [...new Set([...spec.environments, ...Object.keys(spec.policies ?? {})])];
    const classes = [
      ...new Set(['', ...environments].flatMap((environment) => classesIn(spec, environment))),
    ].toSorted();
    const { name: component, owner } = spec;
    return classes.length === 0 ? [] : [{ component, owner, classes, special: isSpecial(classes) }];
  });
  return { asOf: asOf.toISOString(), holders, flows: [...dataFlows(specs)] };
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

/** The record as Markdown, for people who read no JSON. */
export function dataRecordMarkdown(record: DataRecord): string {
  const { component, organisation, owner, purpose, classes, environments } = record;
  const lines = [
    `# Personal data of ${text(component)}`,
    '',
    `${text(organisation)} · answered for by ${text(owner)} · as of ${record.asOf} · ${record.digest}`,
    '',
    `**Purpose.** ${text(purpose === '' ? 'not described' : purpose)}`,
    '',
    '## Classes of data',
    '',
    ...(classes.length === 0
      ? ['None: the thin file declares no personal data.']
      : classes.map(
          ({ id, title, special }) => `- \`${id}\` ${title}${special ? ' (special category)' : ''}`,
        )),
    '',
    '## Where it is',
    '',
    ...table(
      [
        'Environment',
        'Region',
        'At rest',
        'In transit',
        'Kept for',
        'Deletion (cron, UTC)',
        'Logs masked',
      ],
      environments.map((one) => [
        one.environment,
        one.region,
        one.encryptedAtRest ? 'encrypted' : 'not encrypted',
        one.encryptedInTransit ? 'encrypted or local' : 'not encrypted',
        one.retention ?? 'not said',
        one.deletionSchedule ?? '',
        yesNo(one.maskedLogs),
      ]),
    ),
    '',
    '### Stores',
    '',
    ...table(
      ['Environment', 'Store', 'What', 'Encrypted'],
      environments.flatMap(({ environment, stores }) =>
        stores.map(({ need, what, encrypted }) => [environment, need, what, yesNo(encrypted)]),
      ),
    ),
    '',
    '### Addresses',
    '',
    ...table(
      ['Environment', 'Address', 'Public', 'Sign-in'],
      environments.flatMap(({ environment, addresses }) =>
        addresses.map((one) => [environment, one.host, yesNo(one.public), yesNo(one.signIn)]),
      ),
    ),
    '',
    '## Where it goes',
    '',
    ...flowTable(record.sends, ({ to }) => to, 'To'),
    '',
    '## Where it comes from',
    '',
    ...flowTable(record.receives, ({ from }) => from, 'From'),
    '',
    '## Guardrails and exceptions',
    '',
    ...table(
      ['Guardrail', 'Environment', 'Verdict', 'Message', 'Exception'],
      record.findings.map((one) => [
        one.guardrail,
        one.environment ?? '',
        one.state,
        one.message ?? '',
        one.exception ?? '',
      ]),
    ),
    '',
    '## What remains for its owner',
    '',
    ...(record.duties.length === 0 ? ['Nothing.'] : record.duties.map((duty) => `- ${duty}`)),
  ];
  return `${lines.join('\n')}\n`;
}

const flowTable = (flows: readonly DataFlow[], other: (flow: DataFlow) => string, title: string) =>
  table(
    [title, 'By', 'Environments', 'Classes', 'Answers with', 'Not declared'],
    flows.map((flow) => [
      other(flow),
      `${flow.kind} \`${flow.need}\``,
      flow.environments.join(', '),
      flow.classes.join(', '),
      flow.returns.join(', '),
      flow.undeclared.join(', '),
    ]),
  );

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return ['None.'];
  const line = (cells: readonly string[]): string => `| ${cells.map(text).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** What people wrote, so that it can neither end a cell nor become a heading or a link. */
const text = (value: string): string =>
  value.replace(/[\r\n]+/g, ' ').replace(/[\\|<>[\]*_#]/g, (character) => `\\${character}`);
