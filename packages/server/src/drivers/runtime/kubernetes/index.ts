export { type InCluster, inCluster } from './inside/in-cluster.ts';
export { type KubernetesRuntime, kubernetesRuntime } from './kubernetes-runtime.ts';
export type { KubernetesRuntimeOptions } from './runtime-options.ts';
