import type { GoldenPathFacts, PlanItem, PlatformFacts, Spec } from '@pltf/contracts';
import { type Change, differences } from './differences.ts';
import { needItems } from './need-items.ts';
import { hasAddress, type PlacedSpec } from './placement-objects.ts';
import type { Present } from './plan-input.ts';

export interface ItemsRequest {
  readonly facts: PlatformFacts;
  readonly present: Present;
  readonly path: GoldenPathFacts | undefined;
  readonly fileName: string;
  readonly text: string;
  readonly spec: Spec;
  readonly before: readonly PlacedSpec[];
  readonly after: readonly PlacedSpec[];
}

/** Everything that applying would make, change or take away, in the order in which it happens. */
export function planItems(request: ItemsRequest): readonly PlanItem[] {
  return [
    ...repositoryItems(request),
    ...request.after.flatMap((placed) => environmentItems(request, placed)),
    ...leftBehind(request),
  ];
}

function repositoryItems(request: ItemsRequest): readonly PlanItem[] {
  const { present, text } = request;
  if (present.state === 'none') return newRepository(request);
  if (present.state === 'unknown') {
    const note = `belongs to ${present.owner}; its present state is not in these facts`;
    return [{ action: 'change', kind: 'file', name: 'pltf.yaml', note }];
  }
  const { thinFile, pipeline } = present.component;
  const same = thinFile === text;
  const file = { kind: 'file', name: 'pltf.yaml' };
  const built =
    pipeline === undefined ? [] : [{ action: 'keep' as const, kind: 'pipeline', name: pipeline }];
  if (same) return [{ action: 'keep', ...file }, ...built];
  const action = thinFile === undefined ? 'create' : 'change';
  return [
    { action, ...file, note: 'committed to the default branch' },
    ...built.map((item) => ({ ...item, note: 'runs for the commit' })),
  ];
}

function newRepository({ path, spec, fileName }: ItemsRequest): readonly PlanItem[] {
  const thinFile: PlanItem = {
    action: 'create',
    kind: 'file',
    name: 'pltf.yaml',
    note: `${fileName} as it is`,
  };
  if (path === undefined)
    return [{ action: 'create', kind: 'repository', name: spec.name }, thinFile];
  const note = `from ${path.id} ${path.version}`;
  const files = path.files?.filter((file) => file !== 'pltf.yaml') ?? [];
  const open = `what ${path.id} writes depends on its parameters`;
  return [
    { action: 'create', kind: 'repository', name: spec.name, note },
    thinFile,
    ...files.map((file): PlanItem => ({ action: 'create', kind: fileKind(file), name: file })),
    ...(path.files === undefined
      ? [{ action: 'create' as const, kind: 'file', name: '…', note: open }]
      : []),
  ];
}

function fileKind(path: string): string {
  if (path.startsWith('.github/workflows/') || path === '.gitlab-ci.yml') return 'pipeline';
  if (/^(?:operations\/)?alerts\//.test(path)) return 'alert';
  return /^(?:operations\/)?dashboards\//.test(path) ? 'dashboard' : 'file';
}

function environmentItems(request: ItemsRequest, placed: PlacedSpec): readonly PlanItem[] {
  const { before: placements, facts } = request;
  const before = placements.find(({ id }) => id === placed.id);
  const { environment, object, id } = placed;
  const driver = facts.platform.runtimes[environment.runtime]?.driver ?? 'agent';
  return [
    placementItem(request, before, placed),
    ...routeItems(request.spec, before, placed),
    ...(driver === 'agent' ? [] : clusterItems(before, placed, environment.quota)),
    ...needItems(before, placed, driver),
    ...objectiveItems(before, placed),
  ].map(
    (item): PlanItem => ({
      ...item,
      environment: object.metadata.namespace,
      name: item.name || id,
    }),
  );
}

/** What of an object a person reads as a change; the rest follows from it or has an item of its own. */
function comparable({ object }: PlacedSpec): unknown {
  const { routes: _, needs: __, objective: ___, cost: ____, ...spec } = object.spec;
  return { ...spec, schedule: object.metadata.annotations['pltf.dev/schedule'] };
}

function placementItem(
  { spec, facts }: ItemsRequest,
  before: PlacedSpec | undefined,
  placed: PlacedSpec,
): PlanItem {
  const changes = before === undefined ? [] : differences(comparable(before), comparable(placed));
  return {
    ...acted(before, changes),
    kind: 'placement',
    name: placed.id,
    note: comesBy(spec, placed, facts),
  };
}

const acted = (
  before: unknown,
  changes: readonly Change[],
): Pick<PlanItem, 'action' | 'changes'> =>
  before === undefined
    ? { action: 'create' }
    : changes.length === 0
      ? { action: 'keep' }
      : { action: 'change', changes: [...changes] };

/** How a release gets there, and what it is there. */
function comesBy(spec: Spec, { environment, object }: PlacedSpec, facts: PlatformFacts): string {
  const { instances, size } = object.spec.run;
  const range =
    instances.minimum === instances.maximum
      ? String(instances.minimum)
      : `${instances.minimum}..${instances.maximum}`;
  const driver = facts.platform.runtimes[environment.runtime]?.driver ?? 'agent';
  const runs = spec.kind === 'resource' ? '' : `${range} × ${size}, `;
  const how =
    spec.kind === 'job'
      ? spec.schedule === undefined
        ? 'by hand'
        : 'by its schedule'
      : environment.kind === 'preview'
        ? 'one for each branch'
        : environment.follows === 'default-branch'
          ? 'from the default branch'
          : 'by promotion';
  return `${runs}${how}${driver === 'agent' ? '' : `, on ${environment.runtime} (${driver})`}`;
}

function routeItems(
  spec: Spec,
  before: PlacedSpec | undefined,
  placed: PlacedSpec,
): readonly PlanItem[] {
  if (!hasAddress(spec)) return [];
  const now = new Map(before?.object.spec.routes.map((route) => [route.host, route]));
  const then = placed.object.spec.routes;
  const gone = [...now.keys()].filter((host) => then.every((route) => route.host !== host));
  return [
    ...then.map((route): PlanItem => {
      const was = now.get(route.host);
      const reach = route.public ? 'public' : 'private';
      return {
        ...acted(was, was === undefined ? [] : differences(was, route)),
        kind: 'route',
        name: route.host,
        note: route.signIn ? `${reach}, with sign-in` : reach,
      };
    }),
    ...gone.map((host): PlanItem => ({ action: 'remove', kind: 'route', name: host })),
  ];
}

/** Where the runtime is a cluster: what has to be there around the program. */
function clusterItems(
  before: PlacedSpec | undefined,
  placed: PlacedSpec,
  quota: PlacedSpec['environment']['quota'],
): readonly PlanItem[] {
  const action = before === undefined ? ('create' as const) : ('keep' as const);
  const { component } = placed.object.spec;
  const peers = Object.values(placed.object.spec.needs).flatMap((need) =>
    need.kind === 'service' ? [need.service] : [],
  );
  const policy: Change[] = before === undefined ? [] : [...peerChanges(before, peers)];
  return [
    { action, kind: 'namespace', name: `${component}-${placed.environment.name}` },
    {
      ...acted(before, policy),
      kind: 'network-policy',
      name: component,
      note: peers.length === 0 ? 'nobody but the gateway' : `may call ${peers.join(', ')}`,
    },
    ...(quota === undefined ? [] : [{ action, kind: 'quota', name: component }]),
  ];
}

function peerChanges(before: PlacedSpec, peers: readonly string[]): readonly Change[] {
  const now = Object.values(before.object.spec.needs).flatMap((need) =>
    need.kind === 'service' ? [need.service] : [],
  );
  return differences({ mayCall: now.toSorted() }, { mayCall: peers.toSorted() });
}

function objectiveItems(before: PlacedSpec | undefined, placed: PlacedSpec): readonly PlanItem[] {
  const now = before?.object.spec.objective ?? {};
  const then = placed.object.spec.objective;
  if (Object.keys(then).length === 0) {
    const had = Object.keys(now).length > 0;
    return had ? [{ action: 'remove', kind: 'objective', name: placed.id }] : [];
  }
  const was = Object.keys(now).length === 0 ? undefined : now;
  return [
    {
      ...acted(was, was === undefined ? [] : differences(was, then)),
      kind: 'objective',
      name: placed.id,
      note: 'recorded with the component; alerts come with the golden path’s files',
    },
  ];
}

/** Nothing disappears because an environment is no longer named. */
function leftBehind({ present, spec, before, after }: ItemsRequest): readonly PlanItem[] {
  if (present.state !== 'known') return [];
  const running = new Map(
    present.component.placements
      .filter(({ branch }) => branch === undefined)
      .map(({ id, environment }) => [id, environment]),
  );
  for (const { id, environment } of before) running.set(id, environment.name);
  return [...running]
    .filter(([id]) => after.every((placed) => placed.id !== id))
    .map(([id, environment]) => ({
      action: 'keep',
      kind: 'placement',
      name: id,
      environment,
      note: `${spec.name} no longer names ${environment}; what runs there stays until it is stopped`,
    }));
}
