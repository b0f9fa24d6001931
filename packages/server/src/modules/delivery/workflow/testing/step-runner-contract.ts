import { describe } from 'vitest';
import { contractBench, type MakeContractRunner } from './contract-bench.ts';
import { storageContract } from './storage-contract.ts';
import { taskContract } from './task-contract.ts';

/** What every `StepRunner` must do. Give it a function that makes a fresh one for this repository. */
export function stepRunnerContract(makeRunner: MakeContractRunner): void {
  describe('a step runner', () => {
    const bench = contractBench(makeRunner);
    storageContract(bench);
    taskContract(bench);
  });
}
