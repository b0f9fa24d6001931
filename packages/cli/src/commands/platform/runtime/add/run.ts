import { type ClusterCheck, PltfError } from '@pltf/contracts';
import { blockYaml, platformRole, withRuntime } from '@pltf/plan';
import type { Run } from '../../../../command.ts';
import type { Context } from '../../../../context.ts';
import { exit } from '../../../../exit.ts';
import { safe } from '../../../../output/safe-text.ts';
import { because } from '../../../roll-out.ts';
import { carryOut } from '../../carry-out.ts';
import type { platformRuntimeAddCommand } from './command.ts';

const runtimeName = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,39}$/;
const namespaceName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Adds a cluster to the platform, or prints the role that it has to give. */
export const run: Run<typeof platformRuntimeAddCommand> = async (
  { arguments: { name }, options },
  context,
) => {
  if (!runtimeName.test(name)) {
    throw new PltfError('name-invalid', { detail: `a runtime cannot be called ${safe(name)}` });
  }
  if (options['print-role']) return printRole(context, options.namespace);
  const { registry } = options;
  const cluster = options.context;
  if (cluster === undefined) {
    throw new PltfError('usage-invalid', {
      detail: 'which cluster it is was not said',
      fix: 'Add `--context` with a context of the kubeconfig of the server, or `--print-role`.',
    });
  }
  const client = await context.api();
  const { files } = await client.getPlatform({});
  const text = withRuntime(files['platform.yaml'] ?? '', { name, context: cluster, registry });
  const check = await client.checkCluster({ body: { context: cluster } });
  refuseMissing(name, cluster, check);
  if (!context.json) {
    context.err.print(
      `${context.err.style.green('✔')} ${safe(cluster)} answers (Kubernetes 1.${check.minor}), and its role suffices.`,
    );
  }
  const changed = { ...files, 'platform.yaml': text };
  return carryOut(context, {
    what: { files: changed },
    again: `pltf platform runtime add ${name} --context ${cluster}${registry === undefined ? '' : ` --registry ${registry}`} --yes`,
    send: (api, shown, call) =>
      api.applyPlatform({ body: { files: changed, ...shown, ...because(options.why) } }, call),
  });
};

function printRole({ out, json }: Context, namespace: string | undefined): number {
  if (namespace !== undefined && !namespaceName.test(namespace)) {
    throw new PltfError('name-invalid', {
      detail: `a namespace cannot be called ${safe(namespace)}`,
    });
  }
  const objects = platformRole(namespace);
  if (json) out.document(objects);
  else out.write(blockYaml(objects));
  return exit.done;
}

function refuseMissing(name: string, context: string, { missing }: ClusterCheck): void {
  if (missing.length === 0) return;
  throw new PltfError('cluster-forbidden', {
    detail: `the cluster of ${safe(context)} does not allow ${missing.length} things that the platform needs`,
    fix: `Somebody with rights in the cluster runs: pltf platform runtime add ${name} --print-role | kubectl --context ${safe(context)} apply -f -`,
    errors: byResource(missing).map(([where, verbs]) => ({
      where: safe(where),
      message: `may not ${verbs.join(', ')}`,
    })),
  });
}

function byResource(missing: ClusterCheck['missing']): readonly (readonly [string, string[]])[] {
  const found = new Map<string, string[]>();
  for (const { group, resource, verb } of missing) {
    const where = group === '' ? resource : `${resource}.${group}`;
    found.set(where, [...(found.get(where) ?? []), verb]);
  }
  return [...found];
}
