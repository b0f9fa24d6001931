import { PltfError } from '@pltf/contracts';
import { isMap, parseDocument } from 'yaml';

export interface NewRuntime {
  readonly name: string;
  readonly context: string;
  readonly registry?: string | undefined;
}

/**
 * The text of a platform file with one more Kubernetes runtime; comments and everything else stay as they are. Throws
 * `name-taken` when there is a runtime of that name, and `platform-invalid` for a text that is no platform file.
 */
export function withRuntime(text: string, { name, context, registry }: NewRuntime): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
    throw new PltfError('platform-invalid', { detail: 'the platform file is no YAML mapping' });
  }
  if (document.hasIn(['runtimes', name])) {
    throw new PltfError('name-taken', {
      detail: `the platform has a runtime ${name} already`,
      fix: 'Choose another name, or change it in the platform file.',
    });
  }
  const rule = document.createNode(
    { driver: 'kubernetes', context, ...(registry === undefined ? {} : { registry }) },
    { flow: true },
  );
  if (!isMap(document.get('runtimes'))) {
    document.set(
      'runtimes',
      document.createNode({ agent: document.createNode({ driver: 'agent' }, { flow: true }) }),
    );
  }
  document.setIn(['runtimes', name], rule);
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
