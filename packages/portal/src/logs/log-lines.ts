import type { LogLine } from '@pltf/contracts';

/** A line with a number of its own, so that a list can be appended to without renumbering. */
export interface NumberedLine extends LogLine {
  readonly id: number;
}

export interface LogBuffer {
  readonly lines: readonly NumberedLine[];
  readonly nextId: number;
  /** How many lines fell out at the old end. */
  readonly dropped: number;
}

export const emptyBuffer: LogBuffer = { lines: [], nextId: 0, dropped: 0 };

const identity = (line: LogLine): string => `${line.at}\u0000${line.instance}\u0000${line.text}`;

/**
 * Adds lines as they arrive, at most `limit` kept. Instances write at their own pace, so a line may come a
 * little late: it is sorted in among the last ones. A follower that reconnects is sent the tail again: lines
 * up to `overlap`, the newest instant it had, are left out when they are there already. Later ones are
 * honest repetitions and stay.
 */
export function append(
  buffer: LogBuffer,
  incoming: readonly LogLine[],
  limit: number,
  overlap?: string,
): LogBuffer {
  const fresh = overlap === undefined ? incoming : withoutKnown(buffer.lines, incoming, overlap);
  if (fresh.length === 0) return buffer;
  const numbered = fresh.map((line, index) => ({ ...line, id: buffer.nextId + index }));
  const lines = inOrder(buffer.lines, numbered);
  const excess = Math.max(0, lines.length - limit);
  return {
    lines: lines.slice(excess),
    nextId: buffer.nextId + fresh.length,
    dropped: buffer.dropped + excess,
  };
}

function withoutKnown(
  lines: readonly LogLine[],
  incoming: readonly LogLine[],
  overlap: string,
): readonly LogLine[] {
  const until = Date.parse(overlap);
  if (incoming.every(({ at }) => Date.parse(at) > until)) return incoming;
  const known = new Map<string, number>();
  for (const line of lines) known.set(identity(line), (known.get(identity(line)) ?? 0) + 1);
  return incoming.filter((line) => {
    const times = known.get(identity(line)) ?? 0;
    if (times === 0 || Date.parse(line.at) > until) return true;
    known.set(identity(line), times - 1);
    return false;
  });
}

function inOrder(
  lines: readonly NumberedLine[],
  fresh: readonly NumberedLine[],
): readonly NumberedLine[] {
  // Stable, so lines of one instant keep the order in which they came.
  const sorted = fresh.toSorted((one, other) => compare(one.at, other.at));
  const oldest = sorted[0]?.at ?? '';
  let end = lines.length;
  while (end > 0 && compare(lines[end - 1]?.at ?? '', oldest) > 0) end -= 1;
  if (end === lines.length) return [...lines, ...sorted];
  const late = [...lines.slice(end), ...sorted].toSorted((one, other) => compare(one.at, other.at));
  return [...lines.slice(0, end), ...late];
}

const compare = (one: string, other: string): number => Date.parse(one) - Date.parse(other);

export interface LogFilter {
  /** Words that all must appear, in any case; instance names count. */
  readonly text: string;
  readonly instances: ReadonlySet<string>;
  readonly onlyErrors: boolean;
}

/** The lines that a person asked to see; no instance chosen means all of them. */
export function matching(
  lines: readonly NumberedLine[],
  filter: LogFilter,
): readonly NumberedLine[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 && filter.instances.size === 0 && !filter.onlyErrors) return lines;
  return lines.filter((line) => {
    if (filter.onlyErrors && line.stream === 'out') return false;
    if (filter.instances.size > 0 && !filter.instances.has(line.instance)) return false;
    const text = `${line.instance} ${line.text}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The instances that wrote, in the order in which they first did: their place gives them their colour. */
export const instancesOf = (lines: readonly LogLine[]): readonly string[] => [
  ...new Set(lines.map((line) => line.instance)),
];

/** What a download holds: one line each, with time, stream and instance. */
export const asText = (lines: readonly LogLine[]): string =>
  lines
    .map((line) => `${line.at} ${line.stream.padEnd(8)} ${line.instance} ${line.text}\n`)
    .join('');
