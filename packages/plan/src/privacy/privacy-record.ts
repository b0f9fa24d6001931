import type { PlacementObject, Plan, PrivacyMap, PrivacyRecord, Spec } from '@pltf/contracts';
import { classesIn, dataFlows } from './flows.ts';
import { dataClasses, isSpecial } from './privacy-classes.ts';

export interface PrivacyRecordRequest {
  /** The plan of the component's own thin file, as it is applied. */
  readonly plan: Plan;
  /** Of every component, this one's among them. */
  readonly specs: readonly Spec[];
  readonly organisation: string;
  readonly asOf: Date;
}

/** What a legal review needs to know; undefined when the plan is not valid. */
export function privacyRecord({
  plan,
  specs,
  organisation,
  asOf,
}: PrivacyRecordRequest): PrivacyRecord | undefined {
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

function environmentOf({ metadata, spec }: PlacementObject): PrivacyRecord['environments'][number] {
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

const findingsOf = ({ verdicts }: Plan): PrivacyRecord['findings'] =>
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
export function privacyMap(specs: readonly Spec[], asOf: Date): PrivacyMap {
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
