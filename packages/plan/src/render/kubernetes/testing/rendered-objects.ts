import type { KubernetesObject } from '../object.ts';

/** An object of which the test knows what is in it. */
// oxlint-disable-next-line typescript/no-explicit-any -- reading deep into rendered JSON, whose shape the oracles check
export type Loose = any;

export const kindsOf = (objects: readonly KubernetesObject[]): string[] =>
  objects.map(({ kind }) => kind);

/** The only one of its kind, or of that name. */
export function one(objects: readonly KubernetesObject[], kind: string, name?: string): Loose {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  if (found.length !== 1)
    throw new Error(`${found.length} objects are a ${kind} ${name ?? ''}, not one`);
  return found[0];
}

export const policyNames = (objects: readonly KubernetesObject[]): string[] =>
  objects.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);

/** Pod templates wherever they are. */
export function podsOf(object: Loose): Loose[] {
  if (object.kind === 'CronJob') return [object.spec.jobTemplate.spec.template];
  return object.spec?.template === undefined ? [] : [object.spec.template];
}
