import { type KubernetesObject, renderPlacement, servedKinds } from '@pltf/plan/render';
import {
  inputWith,
  type SpecChange,
} from '../../../../../../../plan/src/render/kubernetes/testing/render-inputs.ts';

export interface RenderChange extends SpecChange {
  readonly release?: number;
  readonly kinds?: ReadonlySet<string>;
  readonly minor?: number;
}

/** What serves all that is used here: no Gateway API, no operator of Prometheus, an ingress. */
export const usualKinds = servedKinds();

/** What is rendered for a component in prod, changed as asked. */
export function rendered(
  component: string,
  change: RenderChange = {},
): readonly KubernetesObject[] {
  const { release = 1, kinds = usualKinds, minor = 33, ...spec } = change;
  const commit = String(release).padStart(40, '0');
  const image = `registry.example.com/${component}@sha256:${String(release).padStart(64, '0')}`;
  const cluster = { minor, kinds, ingress: { className: 'nginx', namespace: 'ingress' } };
  return renderPlacement(
    inputWith({ component, ...spec }, { release: { number: release, commit, image }, cluster }),
  );
}
