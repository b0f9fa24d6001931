/** The longest name that every kind can have: pods of a StatefulSet carry it with ten more characters in a label. */
const longestName = 52;
const longestLabel = 63;

/** Ten letters and digits of a text (cyrb53, 53 bits): the same everywhere, and no protection against intent. */
export function fingerprint(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36).padStart(11, '0').slice(-10);
}

/** The text itself, or its beginning and a fingerprint of the whole: never longer than `limit`, never ambiguous. */
export function shortened(text: string, limit = longestLabel): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 11).replace(/-+$/, '')}-${fingerprint(text)}`;
}

/** The name of everything that a placement has in its namespace. */
export const objectName = (label: string): string => shortened(label, longestName);

/**
 * A namespace for each placement: `users-api--prod`. Neither part has two dashes in a row, so two placements never
 * share one.
 */
export const namespaceOf = (label: string, environment: string): string =>
  shortened(`${label}--${environment}`);

/** A value that Kubernetes takes for a label: what it does not allow becomes a dash, ends are trimmed. */
export function labelValue(text: string): string {
  if (/^(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/.test(text)) return text;
  return text
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, longestLabel)
    .replace(/[^A-Za-z0-9]+$/, '');
}

/** The address of a placement inside its cluster. */
export const addressOf = (label: string, environment: string): string =>
  `http://${objectName(label)}.${namespaceOf(label, environment)}.svc`;
