import { PltfError } from '@pltf/contracts';
import type { JsonObject, JsonValue } from '../json.ts';
import { createEngine, type TemplateEngine } from '../template-engine.ts';
import type { WorkspaceContext } from './action.ts';
import { pathMatcher } from './file-patterns.ts';

/** What `fetch:template` and its relatives do with one file of the template. */
export interface TemplateOptions {
  readonly context: JsonObject;
  readonly engine: TemplateEngine;
  readonly replace: boolean;
  /** Files whose contents are copied as they are. */
  readonly copied: (path: string) => boolean;
  /** The deprecated `copyWithoutRender` leaves paths alone too. */
  readonly rendersCopiedPaths: boolean;
  /** Only files ending so are rendered, and lose the ending. */
  readonly extension: string | undefined;
}

const values = { type: 'object' };
const flag = { type: 'boolean' };
const patterns = { type: 'array', items: { type: 'string' } };

/** Options that all of the templating actions take. */
export const templateFileSchema: JsonObject = {
  values,
  cookiecutterCompat: flag,
  replace: flag,
  trimBlocks: flag,
  lstripBlocks: flag,
};
export const templateTreeSchema: JsonObject = {
  ...templateFileSchema,
  copyWithoutRender: patterns,
  copyWithoutTemplating: patterns,
  templateFileExtension: { type: ['string', 'boolean'] },
};

export function templateOptions({ input, meter, filters, log }: WorkspaceContext): TemplateOptions {
  const { copyWithoutRender, copyWithoutTemplating, templateFileExtension, cookiecutterCompat } =
    input;
  if (copyWithoutRender && copyWithoutTemplating) {
    throw clash('copyWithoutRender and copyWithoutTemplating');
  }
  const copies = copyWithoutRender ?? copyWithoutTemplating;
  if (templateFileExtension && (copies || cookiecutterCompat)) {
    throw clash(
      'templateFileExtension and copyWithoutRender, copyWithoutTemplating or cookiecutterCompat',
    );
  }
  if (copyWithoutRender) log('copyWithoutRender is deprecated; use copyWithoutTemplating.');
  const cookiecutter = cookiecutterCompat === true;
  return {
    context: { [cookiecutter ? 'cookiecutter' : 'values']: input['values'] ?? {} },
    engine: createEngine({
      meter,
      filters,
      cookiecutter,
      trimBlocks: input['trimBlocks'] === true,
      lstripBlocks: input['lstripBlocks'] === true,
    }),
    replace: input['replace'] === true,
    copied: pathMatcher((copies ?? []) as readonly string[]),
    rendersCopiedPaths: !copyWithoutRender,
    extension: extensionOf(templateFileExtension),
  };
}

function extensionOf(value: JsonValue | undefined): string | undefined {
  if (!value) return undefined;
  const extension = typeof value === 'string' ? value : '.njk';
  return extension.startsWith('.') ? extension : `.${extension}`;
}

const clash = (names: string): PltfError =>
  new PltfError('template-invalid', {
    detail: `${names} cannot be used together`,
    fix: 'Keep one of them.',
  });
