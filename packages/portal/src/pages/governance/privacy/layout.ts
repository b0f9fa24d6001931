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
/** What a line needs where it passes. */
const passingHeight = 8;
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

/** A place that is kept free in each layer that a line passes, so that it goes around what stands there. */
const passing = (from: string, to: string, at: number): string => `${from}\n${to}\n${at}`;

/** The lines from layer to layer, with the places they pass. */
function stepsOf(edges: readonly MapEdge[], layer: ReadonlyMap<string, number>) {
  const layers = new Map(layer);
  const steps: MapEdge[] = [];
  const stops = new Map<MapEdge, readonly string[]>();
  for (const edge of edges) {
    const [start, end] = [layer.get(edge.from) ?? 0, layer.get(edge.to) ?? 0];
    const between: string[] = [];
    for (let at = start + 1; at < end; at += 1) {
      const stop = passing(edge.from, edge.to, at);
      layers.set(stop, at);
      between.push(stop);
    }
    stops.set(edge, between);
    const all = [edge.from, ...between, edge.to];
    for (const [at, to] of all.entries()) {
      const from = all[at - 1];
      if (from !== undefined) steps.push({ ...edge, from, to });
    }
  }
  return { layers, steps, stops };
}

/** Places what is to be drawn; bounded, the ones with the most flows first. */
export function drawingOf(map: PrivacyMap): FlowDrawing {
  const all = nodesOf(map);
  const kept = busiest(all, map.flows);
  const ids = kept.map(({ id }) => id).toSorted();
  const edges = edgesOf(map.flows, new Set(ids));
  const { layers, steps, stops } = stepsOf(edges, layersOf(ids, edges));
  const columns = ordered([...layers.keys()], layers, steps);
  const byId = new Map(kept.map((node) => [node.id, node]));
  const tall = (id: string): number => (byId.has(id) ? nodeHeight : passingHeight) + gapY;
  const heights = columns.map((column) => column.reduce((sum, id) => sum + tall(id), 0) - gapY);
  const height = Math.max(nodeHeight, ...heights) + 2 * margin;
  const places = new Map<string, Place>();
  for (const [at, column] of columns.entries()) {
    let y = (height - (heights[at] ?? 0)) / 2;
    for (const id of column) {
      places.set(id, { x: margin + at * (nodeWidth + gapX), y, high: tall(id) - gapY });
      y += tall(id);
    }
  }
  return {
    nodes: kept.flatMap((node) => {
      const place = places.get(node.id);
      return place === undefined ? [] : [{ ...node, x: place.x, y: place.y }];
    }),
    edges: edges.flatMap((edge) => {
      const way = [edge.from, ...(stops.get(edge) ?? []), edge.to];
      const path = pathOf(way.flatMap((id) => places.get(id) ?? []));
      return path === undefined ? [] : [{ ...edge, path }];
    }),
    width: Math.max(1, columns.length) * (nodeWidth + gapX) - gapX + 2 * margin,
    height,
    left: all.length - kept.length,
  };
}

function busiest(nodes: readonly MapNode[], flows: readonly DataFlow[]): readonly MapNode[] {
  if (nodes.length <= mostNodes) return nodes;
  const times = new Map<string, number>();
  for (const { from, to } of flows)
    for (const id of [from, to]) times.set(id, (times.get(id) ?? 0) + 1);
  return nodes
    .toSorted((one, other) => (times.get(other.id) ?? 0) - (times.get(one.id) ?? 0))
    .slice(0, mostNodes);
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly high: number;
}

/** From the right side of one to the left of the other; backwards it leaves below and comes in from below. */
function pathOf(way: readonly Place[]): string | undefined {
  const [from] = way;
  const to = way.at(-1);
  if (from === undefined || to === undefined || way.length < 2) return undefined;
  if (to.x > from.x) return forwards(way);
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

function forwards(way: readonly Place[]): string {
  const parts: string[] = [];
  for (const [at, to] of way.entries()) {
    const from = way[at - 1];
    if (from === undefined) continue;
    const [startX, startY] = [from.x + nodeWidth, from.y + from.high / 2];
    const endX = at === way.length - 1 ? to.x - 5 : to.x;
    const endY = to.y + to.high / 2;
    const bend = (endX - startX) / 2;
    // Straight through a layer, bent between two.
    parts.push(
      `${at === 1 ? 'M' : 'L'}${startX} ${startY} C${startX + bend} ${startY} ${endX - bend} ${endY} ${endX} ${endY}`,
    );
  }
  return parts.join(' ');
}
