import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgentProcess, startAgentProcess } from '../testing/agent-process.ts';
import {
  createRepository,
  gitSource,
  owner,
  placedRelease,
  type SampleRepository,
  webProgram,
  wish,
} from '../testing/sample-programs.ts';
import { visit } from '../testing/visitor.ts';

let agent: AgentProcess;
let repository: SampleRepository;

beforeAll(async () => {
  agent = await startAgentProcess();
  repository = createRepository(agent.data);
});
afterAll(() => agent[Symbol.asyncDispose]());

test('a wished placement becomes a healthy instance that answers under its host', async () => {
  const release = await placedRelease(agent.client, repository, 1, {
    'server.js': webProgram('one'),
  });

  await agent.client.put(wish(1, { release }));
  const placement = await agent.client.rolledOut('shop.prod', 1);

  expect(placement).toMatchObject({ phase: 'running', serving: { number: 1 } });
  expect(placement.rollout).toMatchObject({ step: 'done', revision: 1 });
  expect(placement.instances).toHaveLength(1);
  const answer = await visit(agent.routerPort, 'shop.localhost');
  expect(answer.status).toBe(200);
  expect(answer.text).toContain(`one shop.prod.`);
});

test('a task runs in a workspace made from a commit and its result is exact', async () => {
  const commit = repository.commit({ 'hello.txt': 'hello' });
  const source = gitSource(repository, commit);
  await agent.client.raw('PUT', '/v1/workspaces/run1-build', { owner, source });

  await agent.client.task('run1-build-1', {
    owner,
    in: { workspace: 'run1-build', path: '.' },
    run: {
      shell: ['sh', '-e', '{0}'],
      script: 'cat hello.txt\ngit log --oneline | wc -l\necho "answer=42" >> "$RESULT"\nexit 3\n',
      extension: 'sh',
    },
    env: { GREETING: 'hi' },
    files: ['RESULT'],
    timeoutMs: 10_000,
    memoryMiB: 256,
  });
  const result = await agent.client.taskResult('run1-build-1');

  expect(result).toMatchObject({
    state: 'finished',
    exitCode: 3,
    files: { RESULT: 'answer=42\n' },
  });
  expect(await agent.client.taskLog('run1-build-1')).toBe('hello1\n');
});

test('a removed placement leaves nothing and its host is unknown', async () => {
  await agent.client.remove('shop.prod');

  const { status } = await agent.client.raw('GET', '/v1/placements/shop.prod');
  expect(status).toBe(404);
  expect((await visit(agent.routerPort, 'shop.localhost')).status).toBe(404);
});
