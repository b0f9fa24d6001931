import { auditInProcess } from '../audit/in-process.ts';
import type { Group } from './group.ts';

const placements = 10_000;
const guardrails = 50;
const barMs = 30_000;

/** All guardrails over everything that runs, compiled anew each time, on one core. */
export const audit: Group = {
  name: 'audit',
  longestMs: 120_000,
  measure: async ({ quick }, signal) => {
    const samples: number[] = [];
    let verdicts = 0;
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      signal.throwIfAborted();
      const { seconds, evaluated } = auditInProcess(placements, guardrails);
      samples.push(seconds * 1000);
      verdicts = evaluated;
    }
    return [
      {
        name: `audit of ${placements} placements, ${guardrails} guardrails`,
        unit: 'ms',
        samples,
        bar: { kind: 'at-most', value: barMs },
        notes: [
          `in process; ${verdicts} verdicts: in the rest a guardrail's conditions say that it is not concerned`,
        ],
      },
    ];
  },
};
