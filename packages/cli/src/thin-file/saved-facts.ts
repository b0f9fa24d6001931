import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PlatformFacts, PltfError } from '@pltf/contracts';

/** The platform's facts as they were saved last; throws when there are none that can be read. */
export function readSavedFacts(file: string): PlatformFacts {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PltfError('not-found', {
      detail: `there is no copy of the platform's facts at ${file}`,
      fix: '`pltf plan --save-facts` makes one while the platform can be reached.',
      cause,
    });
  }
  try {
    return parseKept(JSON.parse(text));
  } catch (cause) {
    throw new PltfError('not-found', {
      detail: `the copy of the platform's facts at ${file} cannot be read by this version`,
      fix: '`pltf plan --save-facts` makes a new one.',
      cause,
    });
  }
}

/**
 * Guardrails were checked when they came from the platform; checking them again takes a tenth of a plan. One that is
 * damaged since gives `error` verdicts, never passes.
 */
function parseKept(kept: unknown): PlatformFacts {
  const guardrails =
    typeof kept === 'object' && kept !== null && 'guardrails' in kept ? kept.guardrails : undefined;
  if (!Array.isArray(guardrails) || !guardrails.every(isGuardrail)) {
    throw new TypeError('no guardrails');
  }
  const facts = PlatformFacts.parse({ ...(kept as object), guardrails: [] });
  return { ...facts, guardrails };
}

const isGuardrail = (value: unknown): value is PlatformFacts['guardrails'][number] =>
  typeof value === 'object' &&
  value !== null &&
  'metadata' in value &&
  'spec' in value &&
  typeof value.spec === 'object' &&
  value.spec !== null &&
  'validations' in value.spec &&
  Array.isArray(value.spec.validations);

/** Keeps the facts so that only this user can read them, at once or not at all. */
export function writeSavedFacts(file: string, facts: PlatformFacts): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, `${JSON.stringify(facts)}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
