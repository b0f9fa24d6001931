import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessRunner } from './testing/process-step-runner.ts';
import { stepRunnerContract } from './testing/step-runner-contract.ts';

stepRunnerContract(async ({ repository, gitDirectory }) => {
  const runner = createProcessRunner({
    base: mkdtempSync(join(tmpdir(), 'pltf-runner-')),
    repositories: new Map([[repository, gitDirectory]]),
  });
  return { runner, stop: async () => runner[Symbol.asyncDispose]() };
});
