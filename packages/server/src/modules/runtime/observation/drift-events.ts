import type { DriftedField, ObservedPlacement } from '@pltf/contracts';
import { platformActor } from '../../../kernel/events.ts';
import type { Tx } from '../../../persistence/transaction.ts';
import { type Placement, subject } from '../placement/placement.ts';

const keyOf = ({ object, field }: DriftedField): string => `${object} ${field}`;

/** Those of `fields` that are not among `others`. */
function without(
  fields: readonly DriftedField[],
  others: readonly DriftedField[],
): readonly DriftedField[] {
  const known = new Set(others.map(keyOf));
  return fields.filter((field) => !known.has(keyOf(field)));
}

/** `kubectl-edit changed .spec.replicas of Deployment users-api: 5 instead of 2`. */
export function driftSentence({ object, field, wanted, live, manager }: DriftedField): string {
  const who = manager === 'unknown' ? 'Somebody' : manager;
  if (wanted === undefined) return `${who} added ${field} to ${object}`;
  if (live === undefined) return `${who} took ${field} out of ${object}`;
  return `${who} changed ${field} of ${object}: ${short(live)} instead of ${short(wanted)}`;
}

const short = (json: string): string => (json.length <= 60 ? json : `${json.slice(0, 60)}…`);

/** Tells what drifted since the report before, what is as it should be again, and what was deleted and put back. */
export function tellDrift(tx: Tx, placement: Placement, observed: ObservedPlacement): void {
  const [before, now] = [placement.observed?.drift ?? [], observed.drift ?? []];
  const found = without(now, before);
  const ended = without(before, now);
  const tell = (
    type: 'drift-found' | 'drift-ended' | 'object-restored',
    summary: string,
    data: object,
  ) => tx.tell({ ...subject(placement), type, actor: platformActor, summary, data: { ...data } });
  const more = (count: number): string => (count > 1 ? `, and ${count - 1} more` : '');
  const [first] = found;
  if (first !== undefined)
    tell('drift-found', `${driftSentence(first)}${more(found.length)}`, { drift: found });
  const [last] = ended;
  if (last !== undefined)
    tell('drift-ended', `${last.field} of ${last.object} is as asked again${more(ended.length)}`, {
      drift: ended,
    });
  const { restored = [] } = observed;
  if (restored.length > 0)
    tell('object-restored', `Put back what was deleted: ${restored.join(', ')}`, { restored });
}
