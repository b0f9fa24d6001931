import type { Annotation } from './run-state.ts';
import { workflowLimits } from './workflow-limits.ts';

/** A line of a log that speaks to the runner: `::name key=value,key=value::message`. */
export interface LogCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const unescapeMessage = (text: string) =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
const unescapeProperty = (text: string) =>
  unescapeMessage(text.replaceAll('%3A', ':').replaceAll('%2C', ','));

/** The command in a line, undefined for ordinary text. */
export function readLogCommand(line: string): LogCommand | undefined {
  const text = line.trimStart();
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const head = text.slice(2, end);
  const space = head.indexOf(' ');
  const name = (space < 0 ? head : head.slice(0, space)).toLowerCase();
  if (!/^[a-z][a-z-]*$/.test(name)) return undefined;
  const properties: Record<string, string> = {};
  for (const pair of space < 0 ? [] : head.slice(space + 1).split(',')) {
    const equals = pair.indexOf('=');
    if (equals > 0) {
      properties[pair.slice(0, equals).trim().toLowerCase()] = unescapeProperty(
        pair.slice(equals + 1),
      );
    }
  }
  return { name, properties, message: unescapeMessage(text.slice(end + 2)) };
}

/** What a step's log said to the runner. */
export interface LogFindings {
  readonly annotations: readonly Annotation[];
  readonly masks: readonly string[];
  /** Deprecated commands that were ignored, by name. */
  readonly ignored: readonly string[];
}

/** Commands that GitHub has retired; their successors are files. */
const retired: ReadonlySet<string> = new Set(['set-output', 'set-env', 'add-path', 'save-state']);

export interface LogCommandReader {
  /** Takes the next line; answers its command when it counts as one. */
  read(line: string): LogCommand | undefined;
  findings(): LogFindings;
}

/** Follows a log line by line; knows when `::stop-commands::` has silenced commands. */
export function createLogCommandReader(): LogCommandReader {
  const annotations: Annotation[] = [];
  const counts = new Map<string, number>();
  const masks = new Set<string>();
  const ignored = new Set<string>();
  let resume: string | undefined;
  const note = (command: LogCommand) => {
    const { name } = command;
    if (name === 'error' || name === 'warning' || name === 'notice') {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      if (count <= workflowLimits.annotationsInStep) annotations.push(annotationOf(name, command));
    } else if (name === 'add-mask' && command.message.trim() !== '') {
      if (masks.size < workflowLimits.masks) masks.add(command.message);
    } else if (retired.has(name)) ignored.add(name);
    else if (name === 'stop-commands') resume = command.message.trim();
  };
  return {
    read: (line) => {
      if (resume !== undefined) {
        if (line.trim() === `::${resume}::`) resume = undefined;
        return undefined;
      }
      const command = readLogCommand(line);
      if (command !== undefined) note(command);
      return command;
    },
    findings: () => ({ annotations, masks: [...masks], ignored: [...ignored] }),
  };
}

function annotationOf(level: Annotation['level'], { properties, message }: LogCommand): Annotation {
  const number = (text: string | undefined) => {
    const value = Number.parseInt(text ?? '', 10);
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  };
  const line = number(properties['line']);
  const column = number(properties['col']);
  return {
    level,
    message: message.slice(0, 4000),
    ...(properties['title'] === undefined ? {} : { title: properties['title'].slice(0, 300) }),
    ...(properties['file'] === undefined ? {} : { file: properties['file'].slice(0, 300) }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
