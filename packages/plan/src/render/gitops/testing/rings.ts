import type { Ring } from '../ring.ts';

/** The ring `default` of a repository, followed by Argo CD in its own cluster; changed as asked. */
export const ringWith = (change: Partial<Ring> = {}): Ring => ({
  ring: 'default',
  repository: 'https://git.example.com/platform/environments.git',
  revision: 'refs/heads/main',
  agent: 'argocd',
  grouping: 'bucket',
  namespace: change.agent === 'flux' ? 'flux-system' : 'argocd',
  destination: { kind: 'own' },
  platform: '0a1b2c3d',
  ...change,
});
