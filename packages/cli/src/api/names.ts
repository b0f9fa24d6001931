import {
  ComponentName,
  type ErrorCode,
  Id,
  joinName,
  PlacementId,
  PltfError,
  TeamName,
  UserName,
} from '@pltf/contracts';

interface Schema {
  safeParse(value: unknown): {
    readonly success: boolean;
    readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
  };
}

/** Names become parts of a request's path, so each is checked before it is sent: `..` must not name another page. */
function check(schema: Schema, text: string, what: string, code: ErrorCode, fix?: string): string {
  const result = schema.safeParse(text);
  if (result.success) return text;
  const shown = text.length > 60 ? `${text.slice(0, 57)}…` : text;
  const why = result.error?.issues[0]?.message ?? 'not valid';
  throw new PltfError(code, {
    detail: `"${shown}" is no ${what}: ${why}`,
    ...(fix === undefined ? {} : { fix }),
  });
}

export const componentName = (text: string): string =>
  check(ComponentName, text, 'name of a component', 'name-invalid');
/** The words of `create service users api` as one valid name. */
export const joinedName = (words: readonly string[]): string => componentName(joinName(words));
export const placementId = (text: string): string =>
  check(PlacementId, text, 'placement', 'name-invalid', '`pltf show NAME` lists the placements.');
export const teamName = (text: string): string =>
  check(TeamName, text, 'name of a team', 'name-invalid');
export const userName = (text: string): string =>
  check(UserName, text, 'name of a user', 'name-invalid');
export const idOf = (text: string, fix: string): string =>
  check(Id, text, 'id', 'name-invalid', fix);
