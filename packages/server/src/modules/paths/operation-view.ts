import type { OperationView } from '@pltf/contracts';
import type { Operation } from './operation.ts';

export function operationView(operation: Operation): OperationView {
  return {
    id: operation.id,
    kind: operation.kind,
    subject: operation.subject,
    state: operation.state,
    steps: [...operation.steps],
    ...(operation.problem === undefined ? {} : { problem: operation.problem }),
    receipt: operation.finishedAt === undefined ? [] : [...operation.receipt],
    links: { ...operation.links },
    requestedBy: operation.requestedBy,
    startedAt: operation.startedAt.toISOString(),
    ...(operation.finishedAt === undefined
      ? {}
      : { finishedAt: operation.finishedAt.toISOString() }),
  };
}
