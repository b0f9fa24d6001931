import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LogLine, type TaskRequest } from '@pltf/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listProcesses, readMarker } from '../process/process-facts.ts';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
  gitSource,
  owner,
  type SampleRepository,
  storeRelease,
} from '../testing/sample-programs.ts';

let agent: AgentProcess;
let repository: SampleRepository;
let number = 0;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(path.dirname(agent.data));
  await agent.client.raw('PUT', '/v1/workspaces/w', { owner });
});
afterAll(() => agent[Symbol.asyncDispose]());

const task = (given: Partial<TaskRequest>): TaskRequest => ({
  owner,
  in: { workspace: 'w', path: '.' },
  run: { command: ['true'] },
  env: {},
  files: [],
  timeoutMs: 20_000,
  memoryMiB: 256,
  ...given,
});
const script = (text: string, shell = ['sh', '-e', '{0}'], extension = 'sh') => ({
  run: { shell, script: text, extension },
});

/** Runs a task of its own to its end. */
async function run(given: Partial<TaskRequest>) {
  number += 1;
  const id = `task-${number}`;
  await agent.client.task(id, task(given));
  const result = await agent.client.taskResult(id);
  return { id, result, output: await agent.client.taskLog(id) };
}

const processesOf = (id: string) =>
  listProcesses().filter((pid) => readMarker(pid, 'PLTF_UNIT') === id);

test.each([0, 1, 42, 255])('the exit code %i is the result’s', async (code) => {
  const { result } = await run(script(`exit ${code}`));

  expect(result).toMatchObject({ state: 'finished', exitCode: code });
  expect(result.ended).toBeUndefined();
});

test('arguments reach the program as they are, whatever they hold', async () => {
  const odd = ['a b', '$HOME', "it's", '"', '`id`', '*', '', '-x', 'ä\n€', '\\'];
  const show = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';

  const { output } = await run({ run: { command: ['node', '-e', show, '--', ...odd] } });

  expect(JSON.parse(output)).toEqual(odd);
});

test('a script is given to any interpreter', async () => {
  const { output } = await run(script('console.log(1 + 1)', ['node'], 'js'));

  expect(output).toBe('2\n');
});

test('output and errors come in the order in which they were written', async () => {
  const { output } = await run(script('echo 1; echo 2 >&2; echo 3; echo 4 >&2'));

  expect(output).toBe('1\n2\n3\n4\n');
});

test('a command that does not exist ends with 127 and is named', async () => {
  const { result, output } = await run({ run: { command: ['no-such-program'] } });

  expect(result.exitCode).toBe(127);
  expect(output).toContain('no-such-program');
});

test('files that a step writes come back, and links in their place are not followed', async () => {
  const given = script(
    'echo "a=1" >> "$ONE"; rm -f "$TWO" 2>/dev/null; ln -s /etc/passwd "$TWO" 2>/dev/null; true',
  );

  const { result } = await run({ ...given, files: ['ONE', 'TWO', 'THREE'] });

  expect(result.files).toEqual({ ONE: 'a=1\n', TWO: '', THREE: '' });
});

test('the workspace, home and own folders are where the variables say, and writable', async () => {
  const { output } = await run({
    ...script('pwd; echo "$PLTF_WORKSPACE"; touch "$HOME/a" "$TMPDIR/b" c && echo fine'),
    in: { workspace: 'w', path: '.' },
  });

  const [directory, workspace, last] = output.trim().split('\n');
  expect(directory).toBe(workspace);
  expect(last).toBe('fine');
});

test('a task that takes too long is ended with all it forked, and says so', async () => {
  const begin = Date.now();
  const { id, result } = await run({
    ...script('sleep 1000 & (trap "" TERM; sleep 1000) & sleep 1000'),
    timeoutMs: 500,
  });

  expect(result).toMatchObject({ state: 'finished', ended: 'timeout' });
  expect(Date.now() - begin).toBeLessThan(15_000);
  expect(processesOf(id)).toEqual([]);
});

test('a cancelled task gets SIGTERM and may tidy up', async () => {
  await agent.client.task(
    'cancelled',
    task(script('trap "echo tidy; exit 0" TERM; echo ready; while :; do sleep 0.1; done')),
  );
  while (!(await agent.client.taskLog('cancelled')).includes('ready')) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  expect((await agent.client.raw('DELETE', '/v1/tasks/cancelled')).status).toBe(202);
  const result = await agent.client.taskResult('cancelled');

  expect(result).toMatchObject({ ended: 'cancelled', exitCode: 0 });
  expect(await agent.client.taskLog('cancelled')).toContain('tidy');
});

test('what a task leaves running in the background ends with it', async () => {
  const { id, result } = await run(
    script('sleep 1000 & setsid sleep 1000 & nohup sleep 1000 >/dev/null 2>&1 & exit 0'),
  );

  expect(result).toMatchObject({ exitCode: 0 });
  expect(processesOf(id)).toEqual([]);
});

test('a task that needs more memory than it has is ended for that reason', async () => {
  const eat = 'const a = []; for (;;) a.push(Buffer.alloc(4e6, 1))';

  const { result } = await run({ run: { command: ['node', '-e', eat] }, memoryMiB: 100 });

  expect(result).toMatchObject({ ended: 'out-of-memory' });
});

test('output is cut at its limit and the task goes on', async () => {
  const { result, output } = await run({
    run: {
      command: ['sh', '-c', 'head -c 70000000 /dev/zero | tr "\\0" "x" | fold -w 1000; exit 3'],
    },
  });

  expect(result).toMatchObject({ exitCode: 3 });
  expect(output).toContain('The output is cut here');
  expect(output.length).toBeLessThan(60_000_000);
}, 60_000);

test('the log is followed live and ends with the task', async () => {
  await agent.client.task('live', task(script('echo one; sleep 0.4; echo two')));
  const seen: [string, number][] = [];
  for await (const value of agent.client.lines('/v1/tasks/live/log?follow=1')) {
    seen.push([LogLine.parse(value).text, Date.now()]);
  }

  expect(seen.map(([text]) => text)).toEqual(['one', 'two']);
  expect((seen[1]?.[1] ?? 0) - (seen[0]?.[1] ?? 0)).toBeGreaterThan(200);
});

test('the same id is the same run, however often and at once it is asked for', async () => {
  const request = task(script('echo run >> ../count || echo run >> count; sleep 0.2'));

  await Promise.all(Array.from({ length: 10 }, () => agent.client.task('once', request)));
  await agent.client.taskResult('once');
  await agent.client.task('once', request);
  const { output } = await run(script('cat count'));

  expect(output).toBe('run\n');
});

test('a task in a release has a writable copy of its own', async () => {
  const { stored } = await storeRelease(agent.client, repository, { 'a.txt': 'from the release' });
  const given = { in: { release: stored.digest } };

  const first = await run({ ...given, ...script('cat a.txt; echo changed > a.txt') });
  const second = await run({ ...given, ...script('cat a.txt') });

  expect(first.result.exitCode).toBe(0);
  expect([first.output, second.output]).toEqual(['from the release\n', 'from the release\n']);
});

test('a workspace has the commit with its Git folder, on its branch', async () => {
  repository.commit({ 'a.txt': '1' });
  const commit = repository.commit({ 'a.txt': '2', 'run.sh': '#!/bin/sh\necho ran\n' });
  const source = gitSource(repository, commit);
  await agent.client.raw('PUT', '/v1/workspaces/checkout', { owner, source });

  const { output } = await run({
    ...script('cat a.txt; echo; git status --short --branch; git log --format=%H; git diff --stat'),
    in: { workspace: 'checkout', path: '.' },
  });

  expect(output).toBe(`2\n## main\n${commit}\n`);
});

test('a workspace has all of the history when it is asked for', async () => {
  const first = repository.commit({ 'a.txt': '1' });
  const commit = repository.commit({ 'a.txt': '2' });
  const source = { ...gitSource(repository, commit), depth: 0, ref: 'refs/tags/v1' };
  await agent.client.raw('PUT', '/v1/workspaces/history', { owner, source });

  const { output } = await run({
    ...script('git log --format=%H | head -2; git branch --show-current'),
    in: { workspace: 'history', path: '.' },
  });

  expect(output).toBe(`${commit}\n${first}\n`);
});

test.each([
  ['a commit that is not there', { commit: '0'.repeat(40) }, 500],
  ['a repository that is not there', { gitDirectory: '/nonexistent' }, 500],
  ['a path out of the workspace', { path: '../x' }, 400],
])('%s is refused and nothing is left', async (_, wrong, status) => {
  const commit = repository.commit({ 'a.txt': '1' });
  const source = { ...gitSource(repository, commit), ...wrong };

  const answer = await agent.client.raw('PUT', '/v1/workspaces/wrong', { owner, source });

  expect(answer.status).toBe(status);
  const inside = await agent.client.raw(
    'PUT',
    '/v1/tasks/x',
    task({ in: { workspace: 'wrong', path: '.' } }),
  );
  expect(inside.status).toBe(404);
});

test('another owner’s workspace is refused', async () => {
  const other = { team: 'blue', component: 'other' };

  const answer = await agent.client.raw('PUT', '/v1/tasks/thief', task({ owner: other }));

  expect(answer.status).toBe(403);
});

test('removing a run removes its tasks, workspaces and artifacts, and no other’s', async () => {
  for (const run_ of ['r1', 'r2']) {
    await agent.client.raw('PUT', `/v1/workspaces/${run_}-job`, { owner });
    await agent.client.task(
      `${run_}-job-1`,
      task({
        ...script('echo x > file; sleep 30 & wait'),
        in: { workspace: `${run_}-job`, path: '.' },
      }),
    );
  }

  expect((await agent.client.raw('DELETE', '/v1/runs/r1')).status).toBe(204);

  expect((await agent.client.raw('GET', '/v1/tasks/r1-job-1')).status).toBe(404);
  expect(processesOf('r1-job-1')).toEqual([]);
  expect((await agent.client.raw('GET', '/v1/tasks/r2-job-1')).status).toBe(200);
  expect(processesOf('r2-job-1').length).toBeGreaterThan(0);
  await agent.client.raw('DELETE', '/v1/runs/r2');
}, 60_000);

test('secrets of a task lie in files that only the platform can read', async () => {
  const { id } = await run({ env: { TOKEN: 'very-secret' } });

  const file = path.join(agent.data, 'agent', 'tasks', id, 'task.json');
  expect(statSync(file).mode & 0o077).toBe(0);
});

test('caches come back by key, by prefix newest first, and never from another scope', async () => {
  await agent.client.raw('PUT', '/v1/workspaces/c1', { owner });
  await agent.client.raw('PUT', '/v1/workspaces/c2', { owner });
  const cache = async (workspace: string, action: string, body: object) => {
    const answer = await agent.client.raw(
      'POST',
      `/v1/workspaces/${workspace}/cache/${action}`,
      body,
    );
    return JSON.parse(answer.text);
  };
  await run({
    ...script(
      'mkdir -p node_modules/x "$HOME/.npm"; echo dep > node_modules/x/a; ln -s x node_modules/y; echo tgz > "$HOME/.npm/b"',
    ),
    in: { workspace: 'c1', path: '.' },
  });
  const request = { paths: ['node_modules', '~/.npm'], scope: 'main' };

  expect(await cache('c2', 'restore', { ...request, key: 'npm-1' })).toEqual({ exact: false });
  expect(await cache('c1', 'save', { ...request, key: 'npm-1' })).toEqual({
    hit: 'npm-1',
    exact: true,
  });
  expect(await cache('c2', 'restore', { ...request, key: 'npm-2', restoreKeys: ['npm-'] })).toEqual(
    { hit: 'npm-1', exact: false },
  );
  expect(await cache('c2', 'restore', { ...request, key: 'npm-1', scope: 'other' })).toEqual({
    exact: false,
  });
  const { output } = await run({
    ...script('cat node_modules/x/a node_modules/y/a "$HOME/.npm/b"'),
    in: { workspace: 'c2', path: '.' },
  });
  expect(output).toBe('dep\ndep\ntgz\n');
});

test('a cache whose path is a link out of the workspace holds the link, not what it names', async () => {
  await agent.client.raw('PUT', '/v1/workspaces/evil', { owner });
  const secret = path.join(agent.data, 'secret');
  writeFileSync(secret, 'secret', { mode: 0o600 });
  await run({
    ...script(`ln -s ${agent.data} data; ln -s /etc etc`),
    in: { workspace: 'evil', path: '.' },
  });

  const answer = await agent.client.raw('POST', '/v1/workspaces/evil/cache/save', {
    ...{ key: 'k', scope: 's', paths: ['data/secret', 'etc/shadow', 'data'] },
  });

  expect(answer.status).toBeLessThan(500);
  const { output } = await run({
    ...script('rm data etc; true'),
    in: { workspace: 'evil', path: '.' },
  });
  expect(output).toBe('');
  await agent.client.raw('POST', '/v1/workspaces/evil/cache/restore', {
    key: 'k',
    scope: 's',
    paths: ['data'],
  });
  const { output: after } = await run({
    ...script('ls -l data 2>/dev/null | wc -l; cat data/secret 2>&1 | grep -c secret || true'),
    in: { workspace: 'evil', path: '.' },
  });
  expect(after).not.toContain('secret\n');
});

test('artifacts carry files from one job to another, by patterns', async () => {
  await agent.client.raw('PUT', '/v1/workspaces/a1', { owner });
  await agent.client.raw('PUT', '/v1/workspaces/a2', { owner });
  await run({
    ...script(
      'mkdir -p dist/css dist/map; echo js > dist/app.js; echo css > dist/css/a.css; echo map > dist/map/a.map',
    ),
    in: { workspace: 'a1', path: '.' },
  });
  const send = async (workspace: string, action: string, body: object) =>
    agent.client.raw('POST', `/v1/workspaces/${workspace}/artifacts/${action}`, {
      run: 'r9',
      name: 'site',
      ...body,
    });

  const up = await send('a1', 'upload', { paths: ['dist/**', '!dist/map'] });
  const down = await send('a2', 'download', { paths: ['public'] });

  expect(JSON.parse(up.text)).toMatchObject({ files: 2 });
  expect(JSON.parse(down.text)).toMatchObject({ files: 2 });
  const { output } = await run({
    ...script('cd public; find . -type f | sort'),
    in: { workspace: 'a2', path: '.' },
  });
  expect(output).toBe('./app.js\n./css/a.css\n');
  expect((await send('a2', 'download', { name: 'other', paths: ['.'] })).status).toBe(404);
  expect(existsSync(path.join(agent.data, 'agent', 'artifacts', 'r9'))).toBe(true);
});
