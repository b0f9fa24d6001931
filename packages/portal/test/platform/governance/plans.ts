import type { Plan } from '@pltf/contracts';
import { compileGuardrails, judgeWith, planComponent } from '@pltf/plan';
import type { World } from '../world.ts';
import { platformFile } from './build-platform.ts';

type Judge = Parameters<typeof planComponent>[0]['judge'];

const compiled = new WeakMap<World, Judge>();

function judgeOf(world: World): Judge {
  const held = compiled.get(world);
  if (held !== undefined) return held;
  const judge = judgeWith(compileGuardrails(world.governance.guardrails));
  compiled.set(world, judge);
  return judge;
}

/** The platform's own planning, over the guardrails and the platform file of the tests. */
export function planText(world: World, text: string, owner: string): Plan {
  const now = new Date();
  return planComponent({
    text,
    fileName: 'pltf.yaml',
    owner,
    now,
    judge: judgeOf(world),
    facts: {
      asOf: now.toISOString(),
      platform: platformFile(),
      guardrails: [...world.governance.guardrails],
      goldenPaths: [],
      exceptions: [],
      names: {},
      components: {},
    },
  });
}

/** Thin files of services that have something to say; the others are four lines. */
export function thinFileOf(name: string, kind: string): string {
  const runs = kind === 'service' || kind === 'site' ? 'run: {port: 8080, size: small}\n' : '';
  if (name !== 'users-api') return `kind: ${kind}\nname: ${name}\n${runs}`;
  return [
    'kind: service',
    'name: users-api',
    'tier: 1',
    'policy: {pii: true, data: contact}',
    'needs: {db: postgres, mail: {service: mail-sender}}',
    'budget: 60/month',
    'run: {port: 8080, size: medium, drain: 500ms}',
    'envs: {prod: {run: {instances: 1..4}}}',
    '',
  ].join('\n');
}
