import { type Guardrail, PlatformFile, type Spec } from '@pltf/contracts';
import { parseGuardrails, parseThinFile, resolveSpec } from '@pltf/plan';
import type { PlatformSnapshot } from '../../../kernel/platform-source.ts';
import type { PlacedRelease } from '../placed-specs.ts';

/** A guardrail that wants every placement in one of these regions, as a platform team writes one. */
export const regionGuardrail = (
  mode: 'audit' | 'warn' | 'enforce' = 'enforce',
  name = 'own-region',
): string => `
apiVersion: pltf.dev/v1
kind: Guardrail
metadata: {name: ${name}}
spec:
  title: Only where we have a contract
  why: A provider outside has no agreement with us.
  severity: high
  owner: everyone
  mode: ${mode}
  match:
    resources: [{group: pltf.dev, resource: placements}]
  validations:
    - expression: "!has(object.spec.policy.region) || object.spec.policy.region in ['local', 'eu']"
      message: the region is not one of local, eu
      path: spec.policy.region
  remedy:
    text: Write region=eu.
    changes: [{path: [policy, region], value: eu}]
  cases:
    - {name: eu is one, object: {apiVersion: pltf.dev/v1, kind: Placement, metadata: {name: a, namespace: prod}, spec: {policy: {region: eu}}}, verdict: pass}
    - {name: mars is none, object: {apiVersion: pltf.dev/v1, kind: Placement, metadata: {name: a, namespace: prod}, spec: {policy: {region: mars}}}, verdict: fail}
`;

export function guardrailOf(text: string): Guardrail {
  const parsed = parseGuardrails(text, 'own.yaml');
  const [first] = parsed.ok ? parsed.guardrails : [];
  if (first === undefined) throw new Error(JSON.stringify(parsed));
  return first;
}

/** A platform of which only what a test is about is in force: shipped guardrails are off. */
export function snapshotWith(
  shipped: readonly string[],
  own: Readonly<Record<string, string>>,
  file: Record<string, unknown> = {},
): PlatformSnapshot {
  const off = Object.fromEntries(shipped.map((name) => [name, { mode: 'off' }]));
  return {
    version: 1,
    digest: `sha256:${JSON.stringify([own, file])}`,
    file: PlatformFile.parse({
      ...file,
      guardrails: { ...off, ...(file['guardrails'] as object) },
    }),
    guardrails: new Map(Object.entries(own)),
  };
}

export function specOf(text: string, platform = PlatformFile.parse({})): Spec {
  const parsed = parseThinFile(text, 'pltf.yaml');
  const resolved = parsed.ok
    ? resolveSpec(parsed.file, platform, {
        places: parsed.places,
        root: { names: [], texts: new Map() },
      })
    : parsed;
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  return resolved.spec;
}

export const thinFile = (name: string, region: string): string =>
  `kind: service\nname: ${name}\nrun: {command: node server.js, port: 8080}\npolicy: {region: ${region}}\n`;

export const placedIn = (
  component: string,
  region: string,
  environment = 'prod',
): PlacedRelease => ({
  placement: `${component}.${environment}`,
  ...{ component, environment },
  owner: 'team-a',
  branch: undefined,
  instances: 1,
  release: 1,
  revision: 1,
  spec: specOf(thinFile(component, region)),
});
