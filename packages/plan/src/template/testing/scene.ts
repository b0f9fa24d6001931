import { PltfError } from '@pltf/contracts';
import { stringify } from 'yaml';
import {
  type FileMap,
  type JsonObject,
  parseTemplate,
  runTemplate,
  type SideEffect,
  type SideEffectRequest,
  type TemplateResult,
  type TemplateRun,
  textFile,
  textOfFile,
} from '../index.ts';

/** What a template is run with; every part has a default. */
interface Scene extends Partial<Omit<TemplateRun, 'template' | 'files'>> {
  readonly files?: Readonly<Record<string, string>>;
  readonly spec?: JsonObject;
}

export const template = (steps: unknown, spec: JsonObject = {}) =>
  parseTemplate(
    stringify({
      apiVersion: 'scaffolder.backstage.io/v1beta3',
      kind: 'Template',
      metadata: { name: 'example' },
      spec: { type: 'service', ...spec, steps },
    }),
  );

const mapOf = (files: Readonly<Record<string, string>>): FileMap =>
  new Map(Object.entries(files).map(([path, text]) => [path, textFile(text)]));

export const run = async (steps: unknown, scene: Scene = {}): Promise<TemplateResult> => {
  const { files = {}, spec = {}, ...rest } = scene;
  return runTemplate({
    template: template(steps, {
      parameters: { properties: {}, additionalProperties: true },
      ...spec,
    }),
    files: mapOf(files),
    folder: 'path',
    parameters: {},
    taskId: 'task-1',
    now: () => performance.now(),
    ...rest,
  });
};

export const keepIn = (seen: unknown[], value: unknown): undefined => {
  seen.push(value);
};

/** Evaluates one input by handing it to a step that keeps it. */
export const evaluated = async (input: unknown, scene: Scene = {}): Promise<unknown> => {
  const seen: JsonObject[] = [];
  await run([{ id: 'keep', action: 'keep', input: { value: input } }], {
    ...scene,
    actions: { keep: { run: ({ input: given }) => keepIn(seen, given) } },
  });
  return seen[0]?.['value'];
};

export const texts = ({ workspace }: TemplateResult): Record<string, string | undefined> =>
  Object.fromEntries([...workspace].map(([path, file]) => [path, textOfFile(file)]));

export const failure = async (work: Promise<unknown>): Promise<PltfError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PltfError)) throw new Error(`no PltfError: ${String(error)}`);
  return error;
};

export const recorder = (outputs: JsonObject = {}) => {
  const requests: SideEffectRequest[] = [];
  const action: SideEffect = {
    run: (request) => {
      requests.push(request);
      return outputs;
    },
  };
  return { requests, action };
};

export const parameters = {
  flag: true,
  off: false,
  count: 3,
  list: ['a', 'b'],
  object: { x: { y: 1 } },
  text: 'hello',
  number: '8080',
  empty: '',
};
