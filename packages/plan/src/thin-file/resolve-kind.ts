import type { ComponentKind } from '@pltf/contracts';
import type { Context } from './resolve-context.ts';
import type { Part } from './sources.ts';

const serving: readonly ComponentKind[] = ['service', 'site'];
const running: readonly ComponentKind[] = ['service', 'worker', 'job', 'site'];

interface KeyRule {
  readonly kinds: readonly ComponentKind[];
  readonly lacks: string;
  readonly fix: string;
}

const rules: Readonly<Partial<Record<keyof Part, KeyRule>>> = {
  schedule: {
    kinds: ['job'],
    lacks: 'has no schedule',
    fix: 'Use `kind: job`, or leave it out.',
  },
  routes: {
    kinds: serving,
    lacks: 'has no address',
    fix: 'Use `kind: service`, or leave them out.',
  },
  access: {
    kinds: serving,
    lacks: 'has no address that anybody could get through to',
    fix: 'Use `kind: service`, or leave it out.',
  },
  run: { kinds: running, lacks: 'runs nothing of its own', fix: 'Leave `run` out.' },
  needs: { kinds: running, lacks: 'needs nothing', fix: 'Leave `needs` out.' },
  slo: {
    kinds: running,
    lacks: 'has the objectives of its offer',
    fix: 'Leave `slo` out.',
  },
  offer: {
    kinds: ['resource'],
    lacks: 'offers nothing to share',
    fix: 'Use `kind: resource`, or write it under `needs`.',
  },
};

/** What one kind of component can have and another cannot. */
export function checkKind(context: Context): void {
  const { file } = context;
  checkPart(context, file, []);
  for (const [name, part] of Object.entries(file.envs ?? {}))
    checkPart(context, part, ['envs', name]);
  if (file.kind === 'resource' && file.offer === undefined) {
    context.report({
      where: context.place(['kind']),
      message: 'a resource says what is shared',
      fix: 'Add `offer: postgres/small`, with an offer and plan of the platform.',
    });
  }
}

function checkPart(context: Context, part: Part, prefix: readonly string[]): void {
  const { kind } = context.file;
  for (const [key, rule] of Object.entries(rules)) {
    const value = part[key as keyof Part];
    if (value === undefined || rule.kinds.includes(kind)) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    const where = context.place([...prefix, key]);
    context.report({ where, message: `a ${kind} ${rule.lacks}`, fix: rule.fix });
  }
}
