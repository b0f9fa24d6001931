import { expect, test } from 'vitest';
import { parsePlatformFile } from './platform.ts';

const address = 'https://git.example.com/platform/environments.git';

/** What is said against runtimes, each given as the keys beside its driver. */
function problems(...rules: readonly string[]): string {
  const lines = rules.map((rule, index) => `  r${index}: {driver: gitops, ${rule}}`);
  const parsed = parsePlatformFile(`runtimes:\n  agent: {driver: agent}\n${lines.join('\n')}\n`);
  return parsed.ok ? '' : parsed.problems.map(({ message }) => message).join('\n');
}

test.each([
  [`repository: "${address}"`, ''],
  ['repository: /srv/environments.git', ''],
  ['repository: "git@git.example.com:platform/e.git"', 'is no address'],
  ['repository: "ssh://git.example.com/e.git"', 'is no address'],
  ['repository: "https://ann:secret@git.example.com/e.git"', 'is no address'],
  ['repository: environments', 'is no address'],
  [`repository: "${address}", agent: flux, cluster: eu-1`, 'the cluster that it is in'],
  [`repository: "${address}", agent: flux, hydrate: promoter`, 'that Argo CD follows'],
  [`repository: "${address}", secret: git`, 'what Flux reads'],
])('%s: %s', (rule, problem) => {
  const found = problems(rule);

  if (problem === '') expect(found).toBe('');
  else expect(found).toContain(problem);
});

test('two clusters do not share a ring, which would bring everything to both', () => {
  const one = `repository: "${address}"`;

  expect(problems(`${one}, cluster: eu`, `${one}, cluster: us`)).toContain(
    '`r1` and `r0` are the ring `default` of one repository',
  );
  expect(problems(`${one}, cluster: eu`, `${one}, cluster: us`)).toContain('differ in `cluster`');
  expect(problems(`${one}, context: eu`, `${one}, context: us`)).toContain('differ in `context`');
  expect(problems(one, `repository: "${address.slice(0, -4)}/", agent: flux`)).toContain('`agent`');
  expect(problems(`${one}, cluster: eu`, `${one}, cluster: us, ring: us`)).toBe('');
  expect(problems(one, `${one}, removals: 3, outbound: [10.0.0.0/8]`)).toBe('');
});

test('two repositories that one agent follows do not call their rings the same', () => {
  const [one, other] = ['/srv/a.git', '/srv/b.git'].map((path) => `repository: ${path}`);

  expect(problems(`${one}, context: hub`, `${other}, context: hub`)).toContain(
    'are followed in one place (hub) and both call their ring `default`',
  );
  expect(problems(`${one}, context: hub`, `${other}, context: hub, ring: other`)).toBe('');
  expect(problems(`${one}, context: eu`, `${other}, context: us`)).toBe('');
  expect(problems(`${one}, context: hub`, `${other}, context: hub, agent: flux`)).toBe('');
});
