import type { JsonValue, KubernetesObject } from '@pltf/plan/render';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from './covers.ts';
import { fieldName, leavesOf, type OwnedPath, treeOf } from './owned-fields.ts';
import { ownedTree } from './testing/owned-tree.ts';

const text = fc.string({ minLength: 1, maxLength: 6 }).map((made) => `x${made}`);
const scalar = fc.oneof(text, fc.integer(), fc.boolean());
const labels = fc.dictionary(text, text, { maxKeys: 4 });
const named = (value: fc.Arbitrary<JsonValue>) =>
  fc
    .uniqueArray(text, { minLength: 1, maxLength: 3 })
    .chain((names) =>
      fc.tuple(...names.map((name) => value.map((made) => ({ name, value: made })))),
    );

/** Objects with all that a tree of managed fields can hold: maps, lists by keys, sets, lists kept as one. */
const object: fc.Arbitrary<KubernetesObject> = fc
  .record({
    labels,
    annotations: labels,
    finalizers: fc.uniqueArray(text, { maxLength: 3 }),
    replicas: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    containers: named(scalar),
    env: named(scalar),
    args: fc.array(scalar, { minLength: 1, maxLength: 3 }),
    ports: fc.uniqueArray(fc.integer({ min: 1, max: 65535 }), { minLength: 1, maxLength: 3 }),
    selector: fc.constantFrom<JsonValue>({}, { matchLabels: { app: 'x' } }),
  })
  .map(
    ({
      labels: marks,
      annotations,
      finalizers,
      replicas,
      containers,
      env,
      args,
      ports,
      selector,
    }) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'one',
        namespace: 'here',
        labels: marks,
        annotations,
        ...(finalizers.length === 0 ? {} : { finalizers }),
      },
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        selector,
        template: { spec: { containers: containers.map((made) => ({ ...made, args, env })) } },
        ports: ports.map((port) => ({ port, name: `p${port}` })),
      },
    }),
  );

/** The tree without one field: somebody else has changed it, or taken it away. */
function without(tree: JsonValue, path: OwnedPath): JsonValue {
  const [first, ...rest] = path;
  const key =
    typeof first === 'string'
      ? `f:${first}`
      : first !== undefined && 'keys' in first
        ? `k:${JSON.stringify(first.keys)}`
        : `v:${JSON.stringify(first?.value)}`;
  const { [key]: below, ...others } = treeOf(tree) ?? {};
  if (rest.length === 0 || below === undefined) return others;
  const left = without(below, rest);
  // What holds nothing of ours any more is not in the tree either.
  return Object.keys(treeOf(left) ?? {}).length === 0 ? others : { ...others, [key]: left };
}

describe('covers', () => {
  it('says that an object is as applied when every field of it is ours', () => {
    fc.assert(fc.property(object, (made) => covers(made, ownedTree(made))));
  });

  it('notices each single field that is not ours any more', () => {
    fc.assert(
      fc.property(object, fc.nat(), (made, choice) => {
        const tree = ownedTree(made);
        const leaves = [...leavesOf(tree)];
        const lost = leaves[choice % leaves.length] ?? [];

        const left = without(tree, lost);

        expect(covers(made, left), fieldName(lost)).toBe(false);
      }),
    );
  });

  it('does not mind fields that we own besides, or that others add', () => {
    fc.assert(
      fc.property(object, object, (made, other) => {
        const { 'f:spec': spec, ...tree } = ownedTree(made);
        const more = { ...treeOf(ownedTree(other)['f:spec']), 'f:paused': {} };

        const merged = { ...tree, 'f:spec': { ...more, ...treeOf(spec) }, 'f:added': {} };

        expect(covers(made, merged)).toBe(true);
      }),
    );
  });

  it('does not count on what is not there: no entry of ours, or one that was emptied', () => {
    const made: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', labels: {}, annotations: {} },
      data: { A: '1' },
    };

    expect(covers(made, undefined)).toBe(false);
    expect(covers(made, {})).toBe(false);
    expect(covers(made, { 'f:metadata': { 'f:labels': {}, 'f:annotations': {} } })).toBe(false);
  });

  it('takes a key that the API server filled in itself, where only one member fits', () => {
    const service = (ports: JsonValue): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'one', labels: {}, annotations: {} },
      spec: { ports },
    });
    const marks = { 'f:metadata': { 'f:labels': {}, 'f:annotations': {} } };
    const tcp = { 'k:{"port":53,"protocol":"TCP"}': { '.': {}, 'f:port': {} } };
    const udp = { 'k:{"port":53,"protocol":"UDP"}': { '.': {}, 'f:port': {} } };

    expect(covers(service([{ port: 53 }]), { ...marks, 'f:spec': { 'f:ports': tcp } })).toBe(true);
    expect(
      covers(service([{ port: 53 }]), { ...marks, 'f:spec': { 'f:ports': { ...tcp, ...udp } } }),
    ).toBe(false);
  });
});

describe('the name of a field', () => {
  it('is written as an API server writes it', () => {
    const container = { keys: { name: 'web' } };

    expect(fieldName(['spec', 'template', 'spec', 'containers', container, 'image'])).toBe(
      '.spec.template.spec.containers[name="web"].image',
    );
    expect(fieldName(['spec', 'ports', { keys: { port: 80, protocol: 'TCP' } }])).toBe(
      '.spec.ports[port=80,protocol="TCP"]',
    );
    expect(fieldName(['metadata', 'finalizers', { value: 'a/b' }])).toBe(
      '.metadata.finalizers[="a/b"]',
    );
  });
});
