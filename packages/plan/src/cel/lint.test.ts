import { expect, it } from 'vitest';
import { lintCel } from './index.ts';

it.each([
  ['object.spec.replicas > 3', '1.26'],
  ['[1, 2].sum() > 1 && "a".find("x") == ""', '1.26'],
  ['object.?spec.orValue(0) == 0', '1.28'],
  ['{?"a": object.?a}.size() == 0', '1.28'],
  ['object.spec.cost > 1.5', '1.28'],
  ['quantity("1Gi").isGreaterThan(quantity("1M"))', '1.28'],
  ['sets.contains([1], [1])', '1.29'],
  ['"%s".format(["a"]) == "a"', '1.29'],
  ['isIP("1.2.3.4")', '1.30'],
  ['format.dns1123Label().validate("a").hasValue()', '1.31'],
  ['format.named("uri").hasValue()', '1.31'],
  ['object.list.all(i, v, v > i)', '1.32'],
  ['object.map.transformList(k, v, v).size() > 0', '1.32'],
  ['isSemver("1.2.3")', '1.33'],
  ['[1, 2].slice(0, 1) == [1]', '1.34'],
])('%s needs Kubernetes %s', (text, version) => {
  expect(lintCel(text)).toEqual({ kubernetes: version, notes: [] });
});

it.each([
  [
    'cel.bind(x, 1, x + 1) == 2',
    'Kubernetes has no cel.bind(): give the value a name under variables',
  ],
  [
    'math.greatest(1, 2) == 2',
    'Kubernetes has no math.greatest(): use comparisons and ?:, or min() and max() of a list',
  ],
  ['base64.encode(b"a") == "YQ=="', 'Kubernetes has no base64.encode(): compare the encoded text'],
  ['object.`a-b` == 1', "Kubernetes has no names in back quotes: write ['a-b']"],
  [
    "{'a': ['x'], 'b': 3}.size() == 2",
    'Kubernetes refuses a map of int and list: put the values into dyn()',
  ],
  ['object.a ==', 'expected a value, found the end'],
])('%s runs in no Kubernetes', (text, note) => {
  expect(lintCel(text)).toEqual({ kubernetes: undefined, notes: [note] });
});

it('accepts mixed values once they are in dyn()', () => {
  expect(lintCel("{'a': dyn(['x']), 'b': dyn(3)}.size() == 2")).toEqual({
    kubernetes: '1.26',
    notes: [],
  });
});

it.each([
  ['timestamp(object.until) > now', /now/],
  ['authorizer.group("").resource("pods").check("get").allowed()', /authorizer|method/],
  ['object.foo__dash__bar == 1', /escaped name/],
])('%s is noted', (text, note) => {
  expect(lintCel(text).notes.join()).toMatch(note);
});
