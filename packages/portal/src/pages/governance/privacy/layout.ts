import type { DataFlow, PrivacyMap } from '@pltf/contracts';

export interface MapNode {
  readonly id: string;
  readonly owner: string | undefined;
  readonly classes: readonly string[];
  readonly special: boolean;
  /** What it is: a service that holds data, one that does not say so, or a store. */
  readonly kind: 'holder' | 'undeclared' | 'store';
}

export interface PlacedNode extends MapNode {
  readonly x: number;
  readonly y: number;
}

export interface MapEdge {
  readonly from: string;
  readonly to: string;
  /** Both ways between the same two are one line. */
  readonly flows: readonly DataFlow[];
  readonly undeclared: boolean;
}

export interface PlacedEdge extends MapEdge {
  readonly path: string;
}

export interface FlowDrawing {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
  /** How many more there are than are drawn. */
  readonly left: number;
}

/** More than these nobody can read in one picture. */
export const mostNodes = 60;
export const nodeWidth = 172;
export const nodeHeight = 52;
const gapX = 56;
const gapY = 18;
const margin = 8;

export function nodesOf({ holders, flows }: PrivacyMap): readonly MapNode[] {
  const nodes = new Map<string, MapNode>();
  for (const { component, owner, classes, special } of holders)
    nodes.set(component, { id: component, owner, classes, special, kind: 'holder' });
  for (const { from, to, kind, undeclared, classes } of flows) {
    for (const id of [from, to]) {
      if (nodes.has(id)) continue;
      const store = id === to && kind !== 'service';
      nodes.set(id, {
        id,
        owner: undefined,
        classes: store ? classes : undeclared,
        special: false,
        kind: store ? 'store' : 'undeclared',
      });
    }
  }
  return [...nodes.values()];
}

/** The flows between the same two in the same direction are one line. */
function edgesOf(flows: readonly DataFlow[], shown: ReadonlySet<string>): readonly MapEdge[] {
  const edges = new Map<string, DataFlow[]>();
  for (const flow of flows) {
    if (!shown.has(flow.from) || !shown.has(flow.to)) continue;
    const key = `${flow.from}\n${flow.to}`;
    edges.set(key, [...(edges.get(key) ?? []), flow]);
  }
  return [...edges.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const undeclared = all.some((flow) => flow.undeclared.length > 0);
    return [{ from: first.from, to: first.to, flows: all, undeclared }];
  });
}

/** Layers by the longest way from a source; a line that closes a circle does not count. */
export function layersOf(
  ids: readonly string[],
  edges: readonly Pick<MapEdge, 'from' | 'to'>[],
): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>();
  const entered = new Map<string, number>();
  for (const { from, to } of edges) {
    if (from === to) continue;
    next.set(from, [...(next.get(from) ?? []), to]);
    entered.set(to, (entered.get(to) ?? 0) + 1);
  }
  const forward: (readonly [string, string])[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const to of next.get(id) ?? []) {
      if (state.get(to) === 'open') continue;
      forward.push([id, to]);
      if (!state.has(to)) visit(to);
    }
    state.set(id, 'done');
  };
  const sources = ids.toSorted((one, other) => (entered.get(one) ?? 0) - (entered.get(other) ?? 0));
  for (const id of sources) if (!state.has(id)) visit(id);
  const layer = new Map(ids.map((id) => [id, 0]));
  // As many rounds as there are layers at most; a picture has few.
  for (let round = 0; round < ids.length; round += 1) {
    let moved = false;
    for (const [from, to] of forward) {
      const least = (layer.get(from) ?? 0) + 1;
      if ((layer.get(to) ?? 0) >= least) continue;
      layer.set(to, least);
      moved = true;
    }
    if (!moved) break;
  }
  return layer;
}

/** The order within each layer by the middle of the neighbours, there and back a few times. */
function ordered(
  ids: readonly string[],
  layer: ReadonlyMap<string, number>,
  edges: readonly MapEdge[],
): readonly (readonly string[])[] {
  const columns: string[][] = [];
  for (const id of ids) {
    const at = layer.get(id) ?? 0;
    columns[at] = [...(columns[at] ?? []), id];
  }
  const dense = columns.filter((column) => column !== undefined);
  const places = new Map<string, number>();
  const note = (): void => {
    for (const column of dense)
      for (const [at, id] of column.entries()) places.set(id, at - column.length / 2);
  };
  note();
  const middle = (id: string): number => {
    const beside = edges.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []));
    if (beside.length === 0) return places.get(id) ?? 0;
    return beside.reduce((sum, one) => sum + (places.get(one) ?? 0), 0) / beside.length;
  };
  for (let sweep = 0; sweep < 6; sweep += 1) {
    for (const column of sweep % 2 === 0 ? dense : dense.toReversed()) {
      column.sort((one, other) => middle(one) - middle(other) || (one < other ? -1 : 1));
      note();
    }
  }
  return dense;
}

/** Places what is to be drawn; bounded, the ones with the most flows first. */
export function drawingOf(map: PrivacyMap): FlowDrawing {
  const all = nodesOf(map);
  const busy = (id: string): number =>
    map.flows.filter(({ from, to }) => from === id || to === id).length;
  const kept =
    all.length <= mostNodes
      ? all
      : all.toSorted((one, other) => busy(other.id) - busy(one.id)).slice(0, mostNodes);
  const ids = kept.map(({ id }) => id).toSorted();
  const edges = edgesOf(map.flows, new Set(ids));
  const columns = ordered(ids, layersOf(ids, edges), edges);
  const tallest = Math.max(1, ...columns.map(({ length }) => length));
  const height = tallest * (nodeHeight + gapY) - gapY + 2 * margin;
  const byId = new Map(kept.map((node) => [node.id, node]));
  const nodes = columns.flatMap((column, at) => {
    const free = height - 2 * margin - (column.length * (nodeHeight + gapY) - gapY);
    return column.flatMap((id, place): readonly PlacedNode[] => {
      const node = byId.get(id);
      if (node === undefined) return [];
      const x = margin + at * (nodeWidth + gapX);
      return [{ ...node, x, y: margin + free / 2 + place * (nodeHeight + gapY) }];
    });
  });
  const placed = new Map(nodes.map((node) => [node.id, node]));
  return {
    nodes,
    edges: edges.flatMap((edge) => {
      const path = pathOf(placed.get(edge.from), placed.get(edge.to));
      return path === undefined ? [] : [{ ...edge, path }];
    }),
    width: columns.length * (nodeWidth + gapX) - gapX + 2 * margin,
    height,
    left: all.length - kept.length,
  };
}

/** From the right side of one to the left of the other; backwards it leaves below and comes in from below. */
function pathOf(from: PlacedNode | undefined, to: PlacedNode | undefined): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  const [startY, endY] = [from.y + nodeHeight / 2, to.y + nodeHeight / 2];
  if (to.x > from.x) {
    const [startX, endX] = [from.x + nodeWidth, to.x - 5];
    const bend = Math.max(40, (endX - startX) / 2);
    return `M${startX} ${startY} C${startX + bend} ${startY} ${endX - bend} ${endY} ${endX} ${endY}`;
  }
  const [startX, endX] = [from.x + nodeWidth / 2, to.x + nodeWidth / 2];
  if (to.x === from.x) {
    const down = to.y > from.y;
    const [a, b] = down ? [from.y + nodeHeight, to.y - 5] : [from.y, to.y + nodeHeight + 5];
    return `M${startX} ${a} L${endX} ${b}`;
  }
  const [top, bottom] = [from.y + nodeHeight, to.y + nodeHeight + 5];
  const low = Math.max(top, bottom) + 26;
  return `M${startX} ${top} C${startX} ${low} ${endX} ${low} ${endX} ${bottom}`;
}
