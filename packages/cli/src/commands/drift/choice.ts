import type { Option } from '../../definition.ts';

/** Which drifted fields are meant; all of them when nothing is said. */
export const choiceOptions = {
  object: { type: 'text', value: 'OBJECT', summary: 'Of this object: "Deployment users-api"' },
  field: { type: 'text', value: 'FIELD', summary: 'This field: .spec.replicas' },
} as const satisfies Readonly<Record<string, Option>>;

/** The choice as the API takes it. */
export const chosen = (options: {
  readonly object?: string | undefined;
  readonly field?: string | undefined;
}): { readonly object?: string; readonly field?: string } => ({
  ...(options.object === undefined ? {} : { object: options.object }),
  ...(options.field === undefined ? {} : { field: options.field }),
});
