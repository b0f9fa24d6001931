import { type CreateComponent, PltfError } from '@pltf/contracts';
import { joinedName, teamName } from '../../api/names.ts';

/** What the user typed for a creation. */
export interface CreationWords {
  readonly kind: string | undefined;
  readonly name: readonly string[];
  readonly options: {
    readonly path: string | undefined;
    readonly owner: string | undefined;
    readonly description: string | undefined;
    readonly ci: string | undefined;
    readonly param: readonly string[];
  };
}

type Request = Pick<
  CreateComponent,
  'kind' | 'name' | 'path' | 'owner' | 'description' | 'ci' | 'parameters'
>;

/** The request for a creation; throws when a word cannot be meant, before anything is asked of the platform. */
export function creationRequest({ kind, name, options }: CreationWords): Request {
  const { path, owner, description, ci, param } = options;
  return {
    // The command table admits no other words for these two.
    kind: kind as CreateComponent['kind'],
    ci: (ci ?? 'github') as CreateComponent['ci'],
    name: joinedName(name),
    parameters: Object.fromEntries(param.map(parameter)),
    ...(path === undefined ? {} : { path }),
    ...(owner === undefined ? {} : { owner: teamName(owner) }),
    ...(description === undefined ? {} : { description }),
  };
}

/** `port=8080` as a name and a value: JSON where it is a number, a truth value, a list or an object, else text. */
function parameter(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new PltfError('usage-invalid', {
      detail: `--param ${text} names no value.`,
      fix: 'Write it as --param KEY=VALUE.',
    });
  }
  const value = text.slice(at + 1);
  return [
    text.slice(0, at),
    /^(?:true|false|-?[0-9]+(?:\.[0-9]+)?|[[{].*[\]}])$/s.test(value) ? json(value) : value,
  ];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
