import { createLogCommandReader } from './log-commands.ts';
import { workflowLimits } from './workflow-limits.ts';

export const mask = '***';

/** Parts of a secret of several lines are hidden line by line, but not the brackets of a JSON document. */
const shortestPart = 4;

/** The forms in which a secret may show: itself, its lines, and how programs encode it. */
function formsOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const parts = lines.length > 1 ? lines.filter((line) => line.length >= shortestPart) : [];
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, ...parts, ...base64Forms(secret), json, uriForm(secret)];
}

/** Base64 of text in which the secret begins at any of three positions: whole groups of three bytes only. */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [0, 1, 2].flatMap((shift) => {
    const whole = Math.floor((bytes.length - shift) / 3) * 3;
    return whole < 6 ? [] : [bytes.subarray(shift, shift + whole).toString('base64')];
  });
}

/** Lone surrogates cannot be encoded, and no program could print them either. */
const uriForm = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));

/** Replaces every secret in a text by `***`, in the forms that programs commonly print. */
export function createMask(secrets: Iterable<string>): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    if (secret.trim() === '') continue;
    for (const form of formsOf(secret)) if (form.trim() !== '') forms.add(form);
  }
  if (forms.size === 0) return (text) => text;
  // Longest first: a secret that holds another one is hidden whole.
  const alternatives = [...forms]
    .sort((a, b) => b.length - a.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(alternatives.join('|'), 'g');
  return (text) => text.replace(pattern, mask);
}

/**
 * Makes the lines of one step's log fit for people's eyes, in order: secrets are masked, commands to the
 * runner become what they mean, and what `::add-mask::` names is hidden from its own line on. Answers
 * undefined for lines that are not shown.
 */
export function createLogReader(secrets: Iterable<string>): (line: string) => string | undefined {
  const commands = createLogCommandReader();
  const known = new Set(secrets);
  let hide = createMask(known);
  return (line) => {
    const command = commands.read(line);
    if (command === undefined) return hide(line);
    if (command.name === 'add-mask') {
      if (known.size < workflowLimits.masks) known.add(command.message);
      hide = createMask(known);
      return undefined;
    }
    const shown = shownCommand(command.name, command.message, line);
    return shown === undefined ? undefined : hide(shown);
  };
}

function shownCommand(name: string, message: string, line: string): string | undefined {
  if (name === 'error') return `Error: ${message}`;
  if (name === 'warning') return `Warning: ${message}`;
  if (name === 'notice') return `Notice: ${message}`;
  if (name === 'group') return `▾ ${message}`;
  if (name === 'endgroup' || name === 'debug' || name === 'add-matcher') return undefined;
  if (name === 'set-output' || name === 'save-state') return undefined;
  return line;
}
