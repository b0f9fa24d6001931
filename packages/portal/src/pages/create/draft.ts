import { ComponentName, type CreateComponent, type GoldenPathView } from '@pltf/contracts';
import { child, isObject, type Schema, strings, text, type Values } from './form/json-schema.ts';
import { check } from './form/schema-check.ts';
import { shownValues } from './form/schema-values.ts';

/** What is asked of everything that is created. */
export interface Base {
  readonly name: string;
  readonly owner: string;
  readonly description: string;
  readonly ci: CreateComponent['ci'];
}

/** What a person typed so far. */
export interface Draft extends Base {
  readonly values: Values;
}

type OwnField = 'name' | 'owner' | 'description' | 'ci';
const isOwn = (name: string): name is OwnField => /^(?:name|owner|description|ci)$/.test(name);

/** A template's questions, apart from those that the portal asks of everything. */
export interface Questions {
  readonly pages: readonly Schema[];
  /** Names under which the template wants what the portal asked, like `component_id` for the name. */
  readonly aliases: ReadonlyMap<string, OwnField>;
}

/** Which question of the portal's own a template's field repeats; pickers are known by their `ui:field`. */
function ownFieldOf(name: string, schema: Schema): OwnField | 'repository' | undefined {
  const picker = text(schema, 'ui:field');
  if (picker === 'EntityNamePicker') return 'name';
  if (picker === 'OwnerPicker' || picker === 'OwnedEntityPicker') return 'owner';
  // The platform makes the repository itself; where it lives is no question.
  if (picker === 'RepoUrlPicker') return 'repository';
  return isOwn(name) ? name : undefined;
}

export function questionsOf(path: GoldenPathView): Questions {
  const aliases = new Map<string, OwnField>();
  const pages = path.parameters.map((page) => {
    const properties = Object.entries(child(page, 'properties') ?? {});
    const asked = properties.filter(([name, schema]) => {
      const own = isObject(schema) ? ownFieldOf(name, schema) : undefined;
      if (own !== undefined && own !== 'repository' && own !== name) aliases.set(name, own);
      return own === undefined;
    });
    const names = new Set(asked.map(([name]) => name));
    const dropped = properties.filter(([name]) => !names.has(name)).map(([name]) => name);
    const required = strings(page, 'required').filter((name) => !dropped.includes(name));
    return { ...page, type: 'object', properties: Object.fromEntries(asked), required };
  });
  return { pages, aliases };
}

/** The request, of a draft that may still have flaws. */
export function requestOf(
  path: GoldenPathView,
  questions: Questions,
  draft: Draft,
): CreateComponent {
  const { name, owner, description, ci, values } = draft;
  const aliased = [...questions.aliases].map(([alias, own]) => [alias, draft[own]] as const);
  return {
    kind: path.kind,
    name,
    path: path.id,
    ci,
    parameters: {
      ...shownValues(questions.pages, values),
      ...Object.fromEntries(aliased.filter(([, value]) => value !== '')),
    },
    ...(owner === '' ? {} : { owner }),
    ...(description.trim() === '' ? {} : { description: description.trim() }),
  };
}

/** What can be seen to be wrong without asking the platform, by field. */
export function flawsOf(questions: Questions, draft: Draft): ReadonlyMap<string, string> {
  const flaws = new Map<string, string>();
  const name = ComponentName.safeParse(draft.name);
  if (draft.name === '') flaws.set('name', 'A name is needed');
  else if (!name.success)
    flaws.set('name', sentence(name.error.issues[0]?.message ?? 'cannot be used'));
  if (draft.owner === '') flaws.set('owner', 'Choose the team that owns it');
  if (draft.description.length > 500) flaws.set('description', 'At most 500 characters');
  for (const page of questions.pages) {
    for (const { where, message } of check(page, draft.values)) {
      if (!flaws.has(where)) flaws.set(where, sentence(message));
    }
  }
  return flaws;
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** Typing `users api` means `users-api`: what a name can be made of is made at once, the rest is said. */
export const asName = (typed: string): string => typed.toLowerCase().replace(/[\s_]+/g, '-');
