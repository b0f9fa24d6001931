import { type KubernetesObject, renderPlacement, servedKinds } from '@pltf/plan/render';
import {
  inputWith,
  type SpecChange,
} from '../../../../../../../plan/src/render/kubernetes/testing/render-inputs.ts';

export interface RenderChange extends SpecChange {
  readonly release?: number;
}

/** What serves all that is used here: no Gateway API, no operator of Prometheus, an ingress. */
const usualKinds = servedKinds();

/** What is rendered for a component in prod, changed as asked. */
export function rendered(
  component: string,
  change: RenderChange = {},
): readonly KubernetesObject[] {
  const { release = 1, ...spec } = change;
  const commit = String(release).padStart(40, '0');
  const image = `registry.example.com/${component}@sha256:${String(release).padStart(64, '0')}`;
  const cluster = {
    minor: 33,
    kinds: usualKinds,
    ingress: { className: 'nginx', namespace: 'ingress' },
  };
  return renderPlacement(
    inputWith({ component, ...spec }, { release: { number: release, commit, image }, cluster }),
  );
}
