import type { Verdict } from '@pltf/contracts';
import { applyRemedy } from '../guardrails/index.ts';

type Changes = NonNullable<Verdict['fix']>;

/**
 * The text of a thin file with some of its values changed; comments, order and layout stay. Undefined when the text is
 * not one mapping, or a change does not fit into it.
 */
export const withChanges = (text: string, changes: Changes): string | undefined =>
  applyRemedy(text, changes);
