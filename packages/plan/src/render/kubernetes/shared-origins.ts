import { files, type Origin, origin, settings } from './origin.ts';

/** What every object has, by the key that the value stands under. */
export const sharedOrigins: Readonly<Record<string, Origin>> = {
  'app.kubernetes.io/name': origin('', 'spec.component', 'the component'),
  'app.kubernetes.io/instance': origin('', 'metadata.name', 'the placement, with its branch'),
  'app.kubernetes.io/version': origin('', 'release.commit', 'the commit of the release'),
  'app.kubernetes.io/component': origin('', 'spec.kind', 'what kind of component it is'),
  'app.kubernetes.io/part-of': origin('', 'spec.component', 'the component'),
  'app.kubernetes.io/managed-by': origin('', '', 'the platform makes and keeps it'),
  'backstage.io/kubernetes-id': origin('', 'spec.component', 'how Backstage finds it'),
  'pltf.dev/environment': origin('', 'spec.environment', 'the environment'),
  'pltf.dev/owner': origin('', 'spec.owner', 'the team that owns it'),
  'pltf.dev/tier': origin('', 'spec.tier', 'how much depends on it'),
  'pltf.dev/commit': origin('', 'release.commit', 'the commit of the release'),
  'pltf.dev/release': origin('', 'release.number', 'the release'),
  'pltf.dev/spec-hash': origin('', 'stamp', 'digest of the spec that it was made from'),
  'pltf.dev/platform-version': origin('', 'stamp', 'the version of the platform that made it'),
  'pltf.dev/config-hash': origin(
    '',
    `${settings} ${files} spec.routes`,
    'instances start again when a setting or a file changes',
  ),
  'pltf.dev/restarts': origin('', 'restarts', 'instances start again when somebody asks'),
  'pltf.dev/task': origin('', '', 'the task, so that it is found by its id'),
  'cert-manager.io/cluster-issuer': origin('', 'cluster.ingress', 'who signs the certificates'),
  'grafana_dashboard': origin('', '', 'how Grafana finds dashboards'),
};
