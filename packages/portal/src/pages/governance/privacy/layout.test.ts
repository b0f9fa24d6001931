import type { DataFlow, PrivacyMap } from '@pltf/contracts';
import { describe, expect, it } from 'vitest';
import { drawingOf, layersOf, mostNodes, nodeHeight, nodesOf } from './layout.ts';

const flow = (from: string, to: string, rest: Partial<DataFlow> = {}): DataFlow => ({
  from,
  to,
  kind: 'service',
  need: to,
  classes: ['pii'],
  returns: [],
  environments: ['prod'],
  undeclared: [],
  ...rest,
});
const map = (flows: readonly DataFlow[]): PrivacyMap => ({
  asOf: '2026-11-21T12:00:00Z',
  holders: [],
  flows: [...flows],
});

describe('the drawing of data flows', () => {
  it('goes from left to right along the longest way', () => {
    const layers = layersOf(['a', 'b', 'c'], [flow('a', 'c'), flow('a', 'b'), flow('b', 'c')]);
    expect([...layers]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('bears circles, a service that calls itself, and nothing at all', () => {
    const round = drawingOf(map([flow('a', 'b'), flow('b', 'c'), flow('c', 'a'), flow('a', 'a')]));
    expect(round.nodes).toHaveLength(3);
    expect(new Set(round.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(3);
    expect(drawingOf(map([])).nodes).toEqual([]);
  });

  it('knows a store from a service that does not declare what arrives', () => {
    const nodes = nodesOf(
      map([
        flow('a', 'b', { undeclared: ['pii.health'] }),
        flow('a', 'a/db', { kind: 'backing-service' }),
      ]),
    );
    expect(nodes.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'a undeclared',
      'b undeclared',
      'a/db store',
    ]);
  });

  it('draws the busiest of thousands and says how many are left', () => {
    const many = Array.from({ length: 2000 }, (_, at) => flow('hub', `s${at}`));
    const started = performance.now();
    const drawing = drawingOf(map(many));
    expect(drawing.nodes).toHaveLength(mostNodes);
    expect(drawing.nodes.map(({ id }) => id)).toContain('hub');
    expect(drawing.left).toBe(2001 - mostNodes);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('leads a long line around what stands in the layers that it passes', () => {
    const { nodes, edges } = drawingOf(map([flow('a', 'b'), flow('b', 'c'), flow('a', 'c')]));
    const middle = nodes.find(({ id }) => id === 'b');
    const long = edges.find(({ from, to }) => from === 'a' && to === 'c');
    const through = /L([\d.]+) ([\d.]+)/.exec(long?.path ?? '');

    expect(Number(through?.[1])).toBeGreaterThan(middle?.x ?? Number.NaN);
    const y = Number(through?.[2]);
    expect(y < (middle?.y ?? 0) || y > (middle?.y ?? 0) + nodeHeight).toBe(true);
  });
});
