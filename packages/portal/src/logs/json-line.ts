/** A line that a program wrote as JSON, cut into what people read first and the rest. */
export interface JsonLine {
  readonly level: string | undefined;
  readonly message: string;
  readonly rest: readonly (readonly [key: string, value: string])[];
}

const messages = ['message', 'msg', 'event'];
const levels = ['level', 'severity', 'lvl'];
/** The time is shown beside every line already. */
const times = ['time', 'timestamp', 'ts', '@timestamp'];
/** Pino writes its levels as numbers. */
const numbered: Readonly<Record<string, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
const longest = 20_000;

/** Reads a structured line; undefined for plain text, and for JSON that has no message to show. */
export function readJsonLine(line: string): JsonLine | undefined {
  if (!line.startsWith('{') || !line.endsWith('}') || line.length > longest) return undefined;
  const value = parsed(line);
  if (value === undefined) return undefined;
  const messageKey = messages.find((key) => typeof value[key] === 'string');
  if (messageKey === undefined) return undefined;
  const levelKey = levels.find(
    (key) => typeof value[key] === 'string' || typeof value[key] === 'number',
  );
  const level = levelKey === undefined ? undefined : String(value[levelKey]);
  return {
    level: level === undefined ? undefined : (numbered[level] ?? level.toLowerCase()),
    message: String(value[messageKey]),
    rest: Object.entries(value)
      .filter(([key]) => key !== messageKey && key !== levelKey && !times.includes(key))
      .map(([key, held]) => [key, typeof held === 'string' ? held : JSON.stringify(held)]),
  };
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

export type LevelTone = 'bad' | 'warn' | 'quiet';

export function levelTone(level: string): LevelTone {
  if (/^(?:error|err|fatal|critical|panic|alert|emergency)$/.test(level)) return 'bad';
  return level.startsWith('warn') ? 'warn' : 'quiet';
}
