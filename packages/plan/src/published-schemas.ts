import { Guardrail, PlatformFile, ThinFile } from '@pltf/contracts';
import { z } from 'zod';

/** The files that people write, each with a JSON Schema from which editors complete them. */
export const publishedSchemaNames = ['thin-file', 'platform-file', 'guardrail'] as const;
export type PublishedSchemaName = (typeof publishedSchemaNames)[number];
export type PublishedSchema = Readonly<Record<string, unknown>>;

interface Published {
  readonly shape: z.ZodType;
  readonly title: string;
  readonly description: string;
}

const published = (): Readonly<Record<PublishedSchemaName, Published>> => ({
  'thin-file': {
    shape: ThinFile,
    title: 'Thin file',
    description: 'pltf.yaml: what an application team hands to the platform.',
  },
  'platform-file': {
    shape: PlatformFile,
    title: 'Platform file',
    description: "platform.yaml: what an organisation's platform offers.",
  },
  guardrail: {
    shape: Guardrail,
    title: 'Guardrail',
    description: 'A rule of the platform, as one document.',
  },
});

/** The JSON Schema (draft 2020-12) of a file that people write, from the shape that it is read by. */
export function publishedSchema(name: PublishedSchemaName): PublishedSchema {
  const { shape, title, description } = published()[name];
  const { $schema, ...schema } = z.toJSONSchema(shape, { io: 'input', target: 'draft-2020-12' });
  return { $schema, $id: `https://pltf.dev/schemas/${name}.json`, title, description, ...schema };
}

/** The JSON Schema of `pltf.yaml`. */
export const thinFileSchema = (): PublishedSchema => publishedSchema('thin-file');
