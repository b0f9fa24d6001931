import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { applyRemedy } from './apply-remedy.ts';

const file = `# The service that knows everybody.
kind: service              # not a worker
name: users-api
policy: {pii: true}   # data about people

run:
    size: small     # enough
    env: {LOG_LEVEL: info}

# The end.
`;

test('a value that is there is changed where it stands', () => {
  expect(applyRemedy(file, [{ path: ['run', 'size'], value: 'medium' }])).toBe(
    file.replace('size: small ', 'size: medium '),
  );
});

test('a key is added to braces and to lines, as the file is written', () => {
  const changed = applyRemedy(file, [
    { path: ['policy', 'region'], value: 'eu' },
    { path: ['run', 'instances'], value: '2..4' },
    { path: ['run', 'env', 'A,B'], value: 'x, y' },
  ]);
  expect(changed).toBe(
    file
      .replace('{pii: true}', '{pii: true, region: eu}')
      .replace('{LOG_LEVEL: info}', "{LOG_LEVEL: info, 'A,B': 'x, y'}\n    instances: 2..4")
      .replaceAll("'A,B': 'x, y'", '"A,B": "x, y"'),
  );
});

test('what is missing on the way is added with it', () => {
  const path = ['envs', 'prod', 'run', 'instances'];
  const changed = applyRemedy(file, [{ path, value: 2 }]);
  expect(changed).toBe(file.replace('info}\n', 'info}\nenvs: {prod: {run: {instances: 2}}}\n'));
});

test('policy as a text stays a text', () => {
  const text = 'kind: service\nname: a\npolicy: pii=true  # people\n';
  const add = { path: ['policy', 'region'], value: 'eu' };
  expect(applyRemedy(text, [add])).toBe(text.replace('pii=true', 'pii=true, region=eu'));
  expect(applyRemedy(text.replace('pii=true', 'region=us, pii'), [add])).toBe(
    text.replace('pii=true', 'pii, region=eu'),
  );
  expect(parse(applyRemedy(text, [{ path: ['policy', 'a'], value: 'b=c' }]) ?? '')).toMatchObject({
    policy: { pii: true, a: 'b=c' },
  });
});

test('a key is taken out with its line', () => {
  expect(applyRemedy(file, [{ path: ['run', 'size'] }])).toBe(
    file.replace('    size: small     # enough\n', ''),
  );
  expect(applyRemedy(file, [{ path: ['slo'] }])).toBe(file);
});

test('JSON stays JSON, and Windows lines stay Windows lines', () => {
  expect(
    applyRemedy('{"kind": "job", "run": {"size": "s"}}', [{ path: ['run', 'drain'], value: '5s' }]),
  ).toBe('{"kind": "job", "run": {"size": "s", "drain": "5s"}}');
  expect(applyRemedy('kind: job\r\nname: a\r\n', [{ path: ['tier'], value: 1 }])).toBe(
    'kind: job\r\nname: a\r\ntier: 1\r\n',
  );
});

test('an empty section is filled', () => {
  expect(applyRemedy('kind: job\nrun:\nname: a\n', [{ path: ['run', 'drain'], value: '5s' }])).toBe(
    'kind: job\nrun: {drain: 5s}\nname: a\n',
  );
});

test('what does not fit is refused, not forced', () => {
  expect(
    applyRemedy('kind: job\nrun: 7\n', [{ path: ['run', 'drain'], value: '5s' }]),
  ).toBeUndefined();
  expect(applyRemedy('- a\n', [{ path: ['a'], value: 1 }])).toBeUndefined();
  expect(applyRemedy('a: [', [{ path: ['a'], value: 1 }])).toBeUndefined();
});

test('whatever the file and the change, the result says what was there and the change', () => {
  const key = fc.constantFrom('a', 'b', 'run', 'x: y', '#', 'null', '1');
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
  const tree = fc.dictionary(
    key,
    fc.oneof(leaf, fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)))),
    { minKeys: 1 },
  );
  const style = fc.constantFrom('block', 'flow', 'any');
  fc.assert(
    fc.property(
      tree,
      style,
      fc.array(key, { minLength: 1, maxLength: 3 }),
      leaf,
      (value, collectionStyle, path, leafValue) => {
        const text = `# first\n${stringify(value, { collectionStyle })}# last\n`;
        const expected = structuredClone(value) as Record<string, unknown>;
        let at: unknown = expected;
        for (const step of path.slice(0, -1)) {
          if (typeof at !== 'object' || at === null) return;
          const members = at as Record<string, unknown>;
          if (!Object.hasOwn(members, step)) members[step] = {};
          at = members[step];
        }
        if (typeof at !== 'object' || at === null) return;
        (at as Record<string, unknown>)[path.at(-1) ?? ''] = leafValue;

        const changed = applyRemedy(text, [{ path, value: leafValue }]);

        expect(parse(changed ?? '')).toEqual(expected);
        expect(changed).toContain('# first');
        expect(changed).toContain('# last');
      },
    ),
  );
});
